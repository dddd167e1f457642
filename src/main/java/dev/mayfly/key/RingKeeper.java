package dev.mayfly.key;

import dev.mayfly.key.KeyMoves.Why;
import dev.mayfly.store.Database;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/**
 * Moves every ring to its next step when that is due. Every node runs it; the row of the ring
 * decides who does it. What is due is asked again under the lock, so that a step taken by another
 * node in between is not taken twice.
 */
@ApplicationScoped
class RingKeeper {

  private final Database database;
  private final SigningKeys table;
  private final KeyMoves moves;
  private final Custody custody;
  private final KeyPlan plan;

  RingKeeper(Database database, SigningKeys table, KeyMoves moves, Custody custody, KeyPlan plan) {
    this.database = database;
    this.table = table;
    this.moves = moves;
    this.custody = custody;
    this.plan = plan;
  }

  @Scheduled(
      identity = "key-tick",
      every = "${mayfly.key.tick:5s}",
      delayed = "${mayfly.key.tick:5s}",
      concurrentExecution = ConcurrentExecution.SKIP)
  Uni<Void> keepTicking() {
    return tick();
  }

  /** One step at most for every ring. */
  Uni<Void> tick() {
    return table
        .rings()
        .onItem()
        .transformToMulti(rings -> Multi.createFrom().iterable(rings))
        .onItem()
        .transformToUniAndConcatenate(this::tick)
        .collect()
        .last()
        .replaceWithVoid();
  }

  private Uni<Void> tick(RingName name) {
    return table
        .status(name)
        .map(status -> due(name, status))
        .flatMap(
            due ->
                switch (due.orElse(null)) {
                  case null -> Uni.createFrom().voidItem();
                  case Move.Prepare prepare -> prepare(name);
                  case Move move -> take(name, move);
                });
  }

  private Optional<Move> due(RingName name, RingStatus status) {
    return plan.ring(name)
        .map(ring -> KeySchedule.next(ring, status))
        .orElseGet(() -> KeySchedule.nextUnconfigured(status, plan.skew()));
  }

  /** Making a key takes its time: off the event loop, and before the lock. */
  private Uni<Void> prepare(RingName name) {
    return make(custody, name)
        .flatMap(
            made ->
                ifStillDue(
                    name,
                    new Move.Prepare(),
                    connection ->
                        moves.prepare(
                            connection,
                            plan.ring(name).orElseThrow(),
                            custody,
                            made,
                            Why.schedule("half of the active key's life is over"))));
  }

  static Uni<Custody.Made> make(Custody custody, RingName name) {
    return Uni.createFrom()
        .item(() -> custody.make(name))
        .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
  }

  private Uni<Void> take(RingName name, Move move) {
    return ifStillDue(name, move, connection -> write(connection, name, move));
  }

  private Uni<Void> write(SqlConnection connection, RingName name, Move move) {
    return switch (move) {
      case Move.Prepare prepare -> throw new IllegalStateException("a key must be made first");
      case Move.Publish(KeyRecord key) ->
          moves.publish(connection, key, Why.schedule("every live node has loaded it"));
      case Move.Activate(KeyRecord next, Optional<KeyRecord> before) ->
          moves.activate(connection, next.id(), name, before, Why.schedule("its time has come"));
      case Move.Retire(KeyRecord key, String cause) ->
          moves.retire(connection, key, Why.schedule(cause));
      case Move.Remove(KeyRecord key) ->
          moves.remove(connection, key, Why.schedule("a day after its end"));
    };
  }

  private Uni<Void> ifStillDue(
      RingName name, Move move, java.util.function.Function<SqlConnection, Uni<Void>> write) {
    return database.inTransaction(
        connection ->
            table
                .lockIfFree(connection, name)
                .flatMap(
                    ours ->
                        ours
                            ? table.status(connection, name).map(status -> due(name, status))
                            : Uni.createFrom().item(Optional.<Move>empty()))
                .flatMap(
                    due ->
                        due.equals(Optional.of(move))
                            ? write.apply(connection)
                            : Uni.createFrom().voidItem()));
  }
}
