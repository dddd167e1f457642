package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * Ends what has run out: lapses requests and approvals that waited too long, activates scheduled
 * grants whose time has come, expires active ones. It runs on every node; a row that one node works
 * on is skipped by the others. Nothing rests on its being prompt: a mint asks the clock, not the
 * state.
 */
@ApplicationScoped
public class GrantReaper {

  /* By grants_by_deadline, oldest first. */
  private static final String DUE =
      """
      SELECT g.id, g.state FROM grants g
      WHERE g.deadline <= mayfly_now()
      ORDER BY g.deadline LIMIT $1
      FOR UPDATE SKIP LOCKED
      """;

  private static final Because START = new Because("system:reaper", "scheduled start", "");
  private static final Because RAN_OUT = new Because("system:reaper", "ran out", "");

  private final Database database;
  private final GrantMachine machine;
  private final GrantConfig config;

  public GrantReaper(Database database, GrantMachine machine, GrantConfig config) {
    this.database = database;
    this.machine = machine;
    this.config = config;
  }

  @Scheduled(
      every = "{mayfly.grant.reaper-every}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  Uni<Void> tick() {
    return reap().replaceWithVoid();
  }

  /** Works until nothing is due; gives the number of grants moved. */
  public Uni<Integer> reap() {
    return database
        .inTransaction(Database.LONGEST, this::moveDue)
        .chain(
            moved ->
                moved < config.reaperBatch()
                    ? Uni.createFrom().item(moved)
                    : reap().map(more -> moved + more));
  }

  private Uni<Integer> moveDue(SqlConnection tx) {
    return tx.preparedQuery(DUE)
        .execute(Tuple.of(config.reaperBatch()))
        .chain(due -> moveAll(tx, due));
  }

  private Uni<Integer> moveAll(SqlConnection tx, RowSet<Row> due) {
    return Multi.createFrom()
        .iterable(due)
        .onItem()
        .transformToUniAndConcatenate(row -> moveOn(tx, row))
        .collect()
        .asList()
        .map(all -> all.size());
  }

  private Uni<Outcome<Grant>> moveOn(SqlConnection tx, Row row) {
    GrantId id = new GrantId(row.getUUID("id"));
    return switch (GrantState.valueOf(row.getString("state"))) {
      case REQUESTED, APPROVED -> machine.move(tx, id, Move.LAPSE, RAN_OUT);
      case SCHEDULED -> machine.move(tx, id, Move.ACTIVATE, START).chain(o -> orLapse(tx, id, o));
      case ACTIVE -> machine.move(tx, id, Move.EXPIRE, RAN_OUT);
      case DENIED, CANCELLED, LAPSED, EXPIRED, RELEASED, REVOKED ->
          throw new IllegalStateException("an ended grant has no deadline");
    };
  }

  /** A scheduled grant whose authority ended before its start can never become active. */
  private Uni<Outcome<Grant>> orLapse(SqlConnection tx, GrantId id, Outcome<Grant> activated) {
    return switch (activated) {
      case Outcome.Ok<Grant> ok -> Uni.createFrom().item(ok);
      case Outcome.Refused<Grant> refused -> machine.move(tx, id, Move.LAPSE, RAN_OUT);
    };
  }
}
