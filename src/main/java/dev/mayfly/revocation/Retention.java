package dev.mayfly.revocation;

import dev.mayfly.store.Database;
import dev.mayfly.store.Node;
import dev.mayfly.store.Seconds;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;

/**
 * Makes room for what is to come and drops what has been kept long enough: partitions by time, so
 * that no hot row is ever deleted by itself, and the few small tables in bounded batches. Every
 * node runs it; one at a time does the work.
 */
@ApplicationScoped
class Retention {

  private static final Duration START_LIMIT = Duration.ofSeconds(30);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration HOUR = Duration.ofHours(1);

  /** A week ahead: that long may every node fail at this before a mint does. */
  private static final Duration WEEK = Duration.ofDays(7);

  private static final String LONE =
      "SELECT pg_try_advisory_xact_lock(hashtext('mayfly_partitions')) AS mine";

  /**
   * A new or dropped partition waits for whoever uses the table, and everybody waits behind it: it
   * gives up soon, and the next round tries again.
   */
  private static final String IMPATIENT = "SET LOCAL lock_timeout = '2s'";

  private static final String MAKE =
      "SELECT mayfly_make_partitions($1, make_interval(secs => $2), make_interval(secs => $3))";

  private static final String DROP =
      "SELECT mayfly_drop_partitions($1, make_interval(secs => $2), $3)";

  private static final String KEPT = "SELECT mayfly_now() - make_interval(secs => $1) AS since";

  /** A message that is still to be queued or delivered keeps its partition. */
  private static final String KEPT_OUTBOX =
      """
      SELECT least(mayfly_now() - make_interval(secs => $1),
                   (SELECT min(at) FROM outbox WHERE NOT queued),
                   (SELECT min(message_at) FROM deliveries WHERE state = 'PENDING')) AS since
      """;

  private static final String FORGET_DELIVERIES =
      """
      DELETE FROM deliveries WHERE id IN (
        SELECT id FROM deliveries
         WHERE state <> 'PENDING' AND message_at <= mayfly_now() - make_interval(secs => $2)
         LIMIT $1 FOR UPDATE SKIP LOCKED)
      """;

  private static final String FORGET_KEYS =
      """
      DELETE FROM idempotency_keys WHERE key IN (
        SELECT key FROM idempotency_keys WHERE until <= mayfly_now()
         ORDER BY until LIMIT $1 FOR UPDATE SKIP LOCKED)
      """;

  private static final String FORGET_LISTS =
      """
      DELETE FROM lists WHERE id IN (
        SELECT id FROM lists WHERE state = 'RETIRED' AND retired_at <= mayfly_now() - $2::float8 * interval '1 second'
         LIMIT $1 FOR UPDATE SKIP LOCKED)
      """;

  private static final int AT_ONCE = 5000;
  private static final String OUTBOX = "outbox";

  private final Database database;
  private final RetentionConfig config;

  @Inject
  Retention(Database database, RetentionConfig config) {
    for (Duration kept : List.of(config.credentials(), config.audit(), config.outbox())) {
      if (kept.compareTo(DAY) < 0) {
        throw new IllegalArgumentException("mayfly.retention.* must be at least 1d");
      }
    }
    this.database = database;
    this.config = config;
  }

  /** Partitions for now must be there before the first mint, however long nobody ran. */
  void start(@Observes @Priority(Node.STARTS + 10) StartupEvent event) {
    partitions().await().atMost(START_LIMIT);
  }

  @Scheduled(
      identity = "retention",
      every = "10m",
      delayed = "1m",
      concurrentExecution = ConcurrentExecution.SKIP)
  Uni<Void> round() {
    return partitions()
        .chain(done -> forgetAll(FORGET_KEYS, Tuple.of(AT_ONCE)))
        .chain(
            done ->
                forgetAll(
                    FORGET_LISTS, Tuple.of(AT_ONCE, (double) config.credentials().toSeconds())))
        .chain(
            done -> forgetAll(FORGET_DELIVERIES, Tuple.of(AT_ONCE, Seconds.of(config.outbox()))));
  }

  /** One table a transaction: each needs its own short, exclusive moment. */
  Uni<Void> partitions() {
    return table("credentials", DAY, WEEK, config.credentials())
        .chain(done -> table("audit_events", DAY, WEEK, config.audit()))
        .chain(done -> table(OUTBOX, DAY, WEEK, config.outbox()))
        .chain(done -> table("used_assertions", HOUR, DAY, Duration.ZERO));
  }

  private Uni<Void> table(String name, Duration width, Duration ahead, Duration kept) {
    return database.inTransaction(
        Database.LONGEST,
        connection ->
            connection
                .query(IMPATIENT)
                .execute()
                .chain(done -> connection.preparedQuery(LONE).execute())
                .chain(
                    rows ->
                        rows.iterator().next().getBoolean("mine")
                            ? makeAndDrop(connection, name, width, ahead, kept)
                            : Uni.createFrom().voidItem()));
  }

  private static Uni<Void> makeAndDrop(
      SqlConnection connection, String name, Duration width, Duration ahead, Duration kept) {
    return connection
        .preparedQuery(MAKE)
        .execute(Tuple.of(name, Seconds.of(width), Seconds.of(ahead)))
        .chain(
            made ->
                connection
                    .preparedQuery(name.equals(OUTBOX) ? KEPT_OUTBOX : KEPT)
                    .execute(Tuple.of(Seconds.of(kept))))
        .map(rows -> rows.iterator().next().getOffsetDateTime("since"))
        .chain(
            since ->
                connection.preparedQuery(DROP).execute(Tuple.of(name, Seconds.of(width), since)))
        .replaceWithVoid();
  }

  private Uni<Void> forgetAll(String sql, Tuple parameters) {
    return database
        .inTransaction(
            Database.LONGEST, connection -> connection.preparedQuery(sql).execute(parameters))
        .chain(
            done ->
                done.rowCount() < AT_ONCE
                    ? Uni.createFrom().voidItem()
                    : forgetAll(sql, parameters));
  }
}
