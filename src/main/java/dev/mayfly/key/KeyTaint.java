package dev.mayfly.key;

import dev.mayfly.DurationText;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.key.KeyMoves.Why;
import dev.mayfly.store.Database;
import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Takes the belief out of a compromised key, in the transaction of the revocation that says so.
 * Everything the key signed is revoked with it, so nothing is left half-way: an ACTIVE key goes
 * only when a successor signs from the same moment on.
 */
@ApplicationScoped
public class KeyTaint {

  private final Database database;
  private final SigningKeys table;
  private final KeyMoves moves;
  private final Custody custody;
  private final KeyPlan plan;

  KeyTaint(Database database, SigningKeys table, KeyMoves moves, Custody custody, KeyPlan plan) {
    this.database = database;
    this.table = table;
    this.moves = moves;
    this.custody = custody;
    this.plan = plan;
  }

  /**
   * What was done.
   *
   * @param successor the key that signs instead; empty when the tainted one did not sign any more
   */
  public record Tainted(KeyId id, RingName ring, Optional<KeyId> successor) {}

  /** How long the successor must have been published. */
  public enum Lead {
    /** The lead as always: relying services verify without a gap. */
    FULL,
    /**
     * None: relying services that cached the JWKS refuse the new key's tokens until they fetch
     * again.
     */
    NONE
  }

  /**
   * Taints the key within the caller's transaction. Locks the ring, then the key; the mints that
   * hold the key commit first, and their rows are seen by whoever lists what the key signed.
   */
  public Uni<Outcome<Tainted>> taint(
      SqlConnection connection, KeyId id, Lead lead, String actor, String cause) {
    return table
        .ringOf(connection, id)
        .flatMap(
            ring ->
                ring.map(name -> taint(connection, name, id, lead, new Why(actor, cause)))
                    .orElseGet(() -> unknown(id)));
  }

  private Uni<Outcome<Tainted>> taint(
      SqlConnection connection, RingName ring, KeyId id, Lead lead, Why why) {
    // With a root go those below it (Uprooting), and rings are locked before anything else.
    return (ring.purpose().equals(RingName.ROOT)
            ? table.lockAll(connection)
            : table.lock(connection, ring))
        .flatMap(done -> table.lockKey(connection, id))
        .flatMap(done -> table.status(connection, ring))
        .flatMap(status -> taint(connection, status, id, lead, why));
  }

  private Uni<Outcome<Tainted>> taint(
      SqlConnection connection, RingStatus status, KeyId id, Lead lead, Why why) {
    Optional<KeyRecord> found = status.key(id);
    if (found.isEmpty()) {
      return conflict("key-removed", "the key is removed: everything it signed has expired");
    }
    KeyRecord key = found.get();
    return switch (key.state()) {
      case TAINTED -> conflict("key-tainted", "the key is tainted already");
      case PREPARED, RETIRING, RETIRED ->
          moves
              .taint(connection, key, why)
              .replaceWith(Outcome.ok(new Tainted(id, key.ring(), Optional.empty())));
      case ACTIVE -> replace(connection, status, key, lead, why);
      case REMOVED -> throw new IllegalStateException("removed keys are not read");
    };
  }

  /** The one before leaves first: the table allows no two ACTIVE keys, not even for a moment. */
  private Uni<Outcome<Tainted>> replace(
      SqlConnection connection, RingStatus status, KeyRecord key, Lead lead, Why why) {
    Optional<KeyRecord> successor = status.prepared().filter(next -> isReady(next, status, lead));
    if (successor.isEmpty()) {
      return conflict(
          "key-without-successor",
          "ring %s has no successor that has been published for %s: prepare one, and try again then"
              .formatted(key.ring(), DurationText.of(plan.lead())));
    }
    KeyId next = successor.get().id();
    return moves
        .taint(connection, key, why)
        .flatMap(done -> moves.activate(connection, next, key.ring(), Optional.empty(), why))
        .replaceWith(Outcome.ok(new Tainted(key.id(), key.ring(), Optional.of(next))));
  }

  private boolean isReady(KeyRecord next, RingStatus status, Lead lead) {
    return plan.ring(next.ring())
        .filter(ring -> KeySchedule.isFresh(ring, next, status.now()))
        .filter(ring -> lead == Lead.NONE || KeySchedule.isReady(ring, next, status))
        .isPresent();
  }

  /**
   * Makes the ring's successor without waiting for half of the active key's life, or tells the one
   * that is there: the first step when a key is thought to be compromised.
   */
  public Uni<Outcome<KeyId>> prepareNow(RingName name, String actor, String cause) {
    Optional<Ring> ring = plan.ring(name);
    if (ring.isEmpty()) {
      return Uni.createFrom()
          .item(Outcome.refused(new Refusal.NotFound("no-such-ring", "no ring " + name)));
    }
    return RingKeeper.make(custody, name)
        .flatMap(
            made ->
                database.inTransaction(
                    connection -> prepare(connection, ring.get(), made, new Why(actor, cause))));
  }

  /** As {@link #prepareNow}, for the ring of the key that is to go. */
  public Uni<Outcome<KeyId>> prepareSuccessor(KeyId id, String actor, String cause) {
    return database
        .inTransaction(connection -> table.ringOf(connection, id))
        .flatMap(
            ring -> ring.map(name -> prepareNow(name, actor, cause)).orElseGet(() -> unknown(id)));
  }

  private Uni<Outcome<KeyId>> prepare(
      SqlConnection connection, Ring ring, Custody.Made made, Why why) {
    return table
        .lock(connection, ring.name())
        .flatMap(done -> table.status(connection, ring.name()))
        .flatMap(
            status ->
                status
                    .prepared()
                    .map(next -> Uni.createFrom().item(next.id()))
                    .orElseGet(
                        () ->
                            moves
                                .prepare(connection, ring, custody, made, why)
                                .replaceWith(made.publicKey().id())))
        .map(Outcome::ok);
  }

  private static <T> Uni<Outcome<T>> unknown(KeyId id) {
    return Uni.createFrom()
        .item(Outcome.refused(new Refusal.NotFound("no-such-key", "no key " + id)));
  }

  private static <T> Uni<Outcome<T>> conflict(String code, String say) {
    return Uni.createFrom().item(Outcome.refused(new Refusal.Conflict(code, say)));
  }
}
