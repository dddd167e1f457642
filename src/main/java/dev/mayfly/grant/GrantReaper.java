package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Uuids;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Ends what has run out: lapses requests and approvals that waited too long, activates scheduled
 * grants whose time has come, expires active ones. It runs on every node; a row that one node works
 * on is skipped by the others. Nothing rests on its being prompt: a mint asks the clock, not the
 * state.
 */
@ApplicationScoped
public class GrantReaper {

  /*
   * Many end in the same second: one statement moves a batch. By grants_by_deadline, oldest first; $2 has an id for
   * each audit event and message. Nobody requested what policy gives.
   */
  private static final String EXPIRE =
      """
      WITH due AS MATERIALIZED (
        SELECT g.id, i.name AS identity, p.name AS person, r.name AS requester
        FROM grants g JOIN identities i ON i.id = g.identity_id
             LEFT JOIN identities r ON r.id = g.requested_by LEFT JOIN identities p ON p.id = g.acts_for
        WHERE g.deadline <= mayfly_now() AND g.state = 'ACTIVE' AND g.expires_at <= mayfly_now()
        ORDER BY g.deadline LIMIT $1
        FOR UPDATE OF g SKIP LOCKED
      ), moved AS (
        UPDATE grants g SET state = 'EXPIRED', version = g.version + 1, cause = $3, ended_at = mayfly_now(),
                            deadline = NULL, idle_at = NULL, remind_at = NULL
        FROM due WHERE g.id = due.id
        RETURNING g.id, g.identity_id, g.policy_version, mayfly_told(g, due.identity, due.person, due.requester) AS told,
                  CASE WHEN g.acts_for IS NOT NULL
                       THEN jsonb_build_object('actsFor', due.person, 'task', g.task) END AS detail
      ), numbered AS (
        SELECT m.*, ($2::uuid[])[row_number() OVER ()] AS event_id FROM moved m
      ), told AS (
        INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id, policy_version,
                                  detail)
        SELECT n.event_id, mayfly_now(), 'grant.expire', 'SUCCESS', $4, $3, 'grant:' || n.id, n.identity_id, n.id,
               n.policy_version, n.detail
        FROM numbered n
      ), message AS (
        INSERT INTO outbox (id, at, topic, key, payload)
        SELECT n.event_id, mayfly_now(), 'grant.expire', 'grant:' || n.id,
               n.told || jsonb_build_object('cause', $3::text, 'actor', $4::text)
        FROM numbered n
      )
      SELECT count(*) AS moved FROM moved
      """;

  /* By grants_to_remind. */
  private static final String REMIND =
      """
      WITH due AS MATERIALIZED (
        SELECT g.id, i.name AS identity, p.name AS person, r.name AS requester
        FROM grants g JOIN identities i ON i.id = g.identity_id
             LEFT JOIN identities r ON r.id = g.requested_by LEFT JOIN identities p ON p.id = g.acts_for
        WHERE g.remind_at <= mayfly_now()
        ORDER BY g.remind_at LIMIT $1
        FOR UPDATE OF g SKIP LOCKED
      ), told AS (
        UPDATE grants g SET remind_at = NULL FROM due WHERE g.id = due.id
        RETURNING g.id, mayfly_told(g, due.identity, due.person, due.requester) AS told
      ), numbered AS (
        SELECT t.*, ($2::uuid[])[row_number() OVER ()] AS message_id FROM told t
      ), message AS (
        INSERT INTO outbox (id, at, topic, key, payload)
        SELECT n.message_id, mayfly_now(), 'grant.ending', 'grant:' || n.id, n.told
        FROM numbered n
      )
      SELECT count(*) AS moved FROM told
      """;

  /* By grants_to_escalate. Whether they may decide is asked when they do; this only tells them. */
  private static final String ESCALATE =
      """
      WITH due AS MATERIALIZED (
        SELECT g.id, i.name AS identity, p.name AS person, r.name AS requester
        FROM grants g JOIN identities i ON i.id = g.identity_id
             LEFT JOIN identities r ON r.id = g.requested_by LEFT JOIN identities p ON p.id = g.acts_for
        WHERE g.escalate_at <= mayfly_now()
        ORDER BY g.escalate_at LIMIT $1
        FOR UPDATE OF g SKIP LOCKED
      ), told AS (
        UPDATE grants g SET escalate_at = NULL FROM due WHERE g.id = due.id
        RETURNING g.id, g.state, g.escalate_to, mayfly_told(g, due.identity, due.person, due.requester) AS told
      ), numbered AS (
        SELECT t.*, ($2::uuid[])[row_number() OVER ()] AS message_id FROM told t
      ), message AS (
        INSERT INTO outbox (id, at, topic, key, payload)
        SELECT n.message_id, mayfly_now(), 'grant.escalate', 'grant:' || n.id,
               n.told || jsonb_build_object('asked', n.escalate_to)
        FROM numbered n WHERE n.state = 'REQUESTED'
      )
      SELECT count(*) AS moved FROM told
      """;

  /* By grants_by_deadline, oldest first. Those for whose start somebody is asked first are ScheduledStarts'. */
  private static final String DUE =
      """
      SELECT g.id, g.state, EXISTS (SELECT FROM grants o WHERE o.id = g.extends AND o.expires_at <= g.deadline) AS too_late
      FROM grants g
      WHERE g.deadline <= mayfly_now() AND g.state <> 'ACTIVE'
        AND (g.state <> 'SCHEDULED' OR ($3 AND g.role <> ALL ($2)))
      ORDER BY g.deadline LIMIT $1
      FOR UPDATE OF g SKIP LOCKED
      """;

  private static final Because RAN_OUT = new Because("system:reaper", "ran out", "");
  private static final Because TOO_LATE =
      new Because("system:reaper", "the grant it extends has ended", "");

  private final Database database;
  private final GrantMachine machine;
  private final DueStarts starts;
  private final Supplier<CompiledPolicy> policy;
  private final InstantSource clock;
  private final GrantConfig config;

  @Inject
  GrantReaper(
      Database database,
      GrantMachine machine,
      DueStarts starts,
      PolicyBook book,
      InstantSource clock,
      GrantConfig config) {
    this(database, machine, starts, book::current, clock, config);
  }

  GrantReaper(
      Database database,
      GrantMachine machine,
      DueStarts starts,
      Supplier<CompiledPolicy> policy,
      InstantSource clock,
      GrantConfig config) {
    this.database = database;
    this.machine = machine;
    this.starts = starts;
    this.policy = policy;
    this.clock = clock;
    this.config = config;
  }

  @Scheduled(
      identity = "grants",
      every = "{mayfly.grant.reaper-every}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  Uni<Void> tick() {
    return reap().replaceWithVoid();
  }

  /** Works until nothing is due; gives the number of grants moved. */
  public Uni<Integer> reap() {
    return untilNone(() -> many(EXPIRE, RAN_OUT))
        .chain(expired -> untilNone(this::moveDue).map(moved -> expired + moved))
        .call(moved -> untilNone(() -> many(REMIND)))
        .call(moved -> untilNone(() -> many(ESCALATE)));
  }

  private Uni<Integer> untilNone(Supplier<Uni<Integer>> batch) {
    return batch
        .get()
        .chain(
            moved ->
                moved < config.reaperBatch()
                    ? Uni.createFrom().item(moved)
                    : untilNone(batch).map(more -> moved + more));
  }

  private Uni<Integer> many(String statement) {
    return many(statement, batch());
  }

  private Uni<Integer> many(String statement, Because because) {
    Tuple parameters = batch().addString(because.cause()).addString(because.actor());
    return many(statement, parameters);
  }

  private Uni<Integer> many(String statement, Tuple parameters) {
    return database.inTransaction(
        Database.LONGEST,
        tx -> tx.preparedQuery(statement).execute(parameters).map(GrantReaper::moved));
  }

  private Tuple batch() {
    UUID[] ids =
        Stream.generate(() -> Uuids.next(clock)).limit(config.reaperBatch()).toArray(UUID[]::new);
    return Tuple.tuple().addInteger(config.reaperBatch()).addArrayOfUUID(ids);
  }

  private static int moved(RowSet<Row> rows) {
    return Math.toIntExact(rows.iterator().next().getLong("moved"));
  }

  /**
   * Starts are decided by the active policy, held before any grant is; a node that has not heard of
   * it yet leaves them to the others, and to its next round.
   */
  private Uni<Integer> moveDue() {
    CompiledPolicy current = policy.get();
    String[] asked = current.withChecks().toArray(String[]::new);
    return database.inTransaction(
        Database.LONGEST,
        tx ->
            ElevationTables.holdPolicy(tx, current.version())
                .map(
                    decides ->
                        Tuple.tuple()
                            .addInteger(config.reaperBatch())
                            .addArrayOfString(asked)
                            .addBoolean(decides))
                .chain(parameters -> tx.preparedQuery(DUE).execute(parameters))
                .chain(due -> moveAll(tx, due, current)));
  }

  private Uni<Integer> moveAll(SqlConnection tx, RowSet<Row> due, CompiledPolicy current) {
    return Multi.createFrom()
        .iterable(due)
        .onItem()
        .transformToUniAndConcatenate(row -> moveOn(tx, row, current))
        .collect()
        .asList()
        .map(all -> all.size());
  }

  private Uni<Outcome<Grant>> moveOn(SqlConnection tx, Row row, CompiledPolicy current) {
    GrantId id = new GrantId(row.getUUID("id"));
    return switch (GrantState.valueOf(row.getString("state"))) {
      case REQUESTED, APPROVED ->
          machine.move(tx, id, Move.LAPSE, row.getBoolean("too_late") ? TOO_LATE : RAN_OUT);
      case SCHEDULED -> starts.begin(tx, id, current).chain(o -> orLapse(tx, id, o));
      case ACTIVE, DENIED, CANCELLED, LAPSED, EXPIRED, RELEASED, REVOKED ->
          throw new IllegalStateException("not one of those that were asked for");
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
