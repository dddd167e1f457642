package dev.mayfly.key;

import dev.mayfly.key.KeyMoves.Why;
import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes the belief out of the issuing CAs that a root has certified, in the transaction that taints
 * the root ({@link KeyTaint} holds the locks of all rings): nobody should believe what stands below
 * it. A ring that signed with one of them gets a new key that is ACTIVE at once. It needs no lead:
 * its certificate comes with whatever it signs, and the root that will make it is published.
 */
@ApplicationScoped
public class Uprooting {

  private final SigningKeys table;
  private final KeyMoves moves;
  private final Custody custody;
  private final KeyPlan plan;
  private final Vertx vertx;

  Uprooting(SigningKeys table, KeyMoves moves, Custody custody, KeyPlan plan, Vertx vertx) {
    this.table = table;
    this.moves = moves;
    this.custody = custody;
    this.plan = plan;
    this.vertx = vertx;
  }

  /**
   * Taints these keys, but for those that are tainted already.
   *
   * @return what was tainted
   */
  public Uni<List<KeyId>> taint(
      SqlConnection connection, List<KeyId> keys, String actor, String cause) {
    Why why = new Why(actor, cause);
    List<RingName> signing = new ArrayList<>();
    return Multi.createFrom()
        .iterable(keys)
        .onItem()
        .transformToUniAndConcatenate(key -> taint(connection, key, why, signing))
        .collect()
        .asList()
        .call(done -> refill(connection, signing, why))
        .map(tainted -> tainted.stream().flatMap(Optional::stream).toList());
  }

  private Uni<Optional<KeyId>> taint(
      SqlConnection connection, KeyId id, Why why, List<RingName> signing) {
    return table
        .lockKey(connection, id)
        .chain(() -> table.ringOf(connection, id))
        .chain(ring -> table.status(connection, ring.orElseThrow()))
        .chain(
            status -> {
              Optional<KeyRecord> key = status.key(id).filter(found -> !found.is(KeyState.TAINTED));
              key.filter(found -> found.is(KeyState.ACTIVE))
                  .ifPresent(found -> signing.add(found.ring()));
              return key.map(
                      found ->
                          moves.taint(connection, found, why).replaceWith(Optional.of(found.id())))
                  .orElseGet(() -> Uni.createFrom().item(Optional.empty()));
            });
  }

  private Uni<Void> refill(SqlConnection connection, List<RingName> rings, Why why) {
    return Multi.createFrom()
        .items(rings.stream().flatMap(name -> plan.ring(name).stream()))
        .onItem()
        .transformToUniAndConcatenate(ring -> refill(connection, ring, why))
        .collect()
        .asList()
        .replaceWithVoid();
  }

  /** A PREPARED key that the root has not certified yet will do. */
  private Uni<Void> refill(SqlConnection connection, Ring ring, Why why) {
    return table
        .status(connection, ring.name())
        .chain(
            status ->
                status
                    .prepared()
                    .filter(next -> KeySchedule.isFresh(ring, next, status.now()))
                    .map(next -> Uni.createFrom().item(next.id()))
                    .orElseGet(() -> prepare(connection, ring, status, why)))
        .chain(next -> moves.activate(connection, next, ring.name(), Optional.empty(), why));
  }

  private Uni<KeyId> prepare(SqlConnection connection, Ring ring, RingStatus status, Why why) {
    Uni<Void> room =
        status
            .prepared()
            .map(old -> moves.retire(connection, old, why))
            .orElseGet(() -> Uni.createFrom().voidItem());
    return room.chain(() -> vertx.executeBlocking(() -> custody.make(ring.name()), false))
        .chain(
            made ->
                moves
                    .prepare(connection, ring, custody, made, why)
                    .replaceWith(made.publicKey().id()));
  }
}
