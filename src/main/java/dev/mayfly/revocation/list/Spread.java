package dev.mayfly.revocation.list;

import dev.mayfly.audit.AuditEvent;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.credential.ListKind;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.NodeConfig;
import dev.mayfly.store.Seconds;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Measures how the news of a revocation spreads: from its commit until this node serves it, and
 * until every live node does. The second is a fact of its own, with an audit event (rule 8).
 */
@ApplicationScoped
class Spread {

  private static final Duration[] BUCKETS = {
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2500),
    Duration.ofSeconds(10)
  };

  /** By the database's clock at both ends, so that no node's clock is in the figure. */
  private static final String SERVED_HERE =
      """
      SELECT listed_kinds, extract(epoch FROM mayfly_now() - at)::float8 AS seconds FROM revocations
       WHERE everywhere_at IS NULL AND listed_seq > $1 AND listed_seq <= $2
      """;

  /**
   * Confirms what the slowest live node has acknowledged. A row that another node is confirming is
   * passed over, and one it has confirmed is seen as such: so each is confirmed once.
   */
  private static final String CONFIRM =
      """
      WITH reached AS (
        SELECT min(lists_seq) AS seq FROM nodes WHERE seen_at > mayfly_now() - make_interval(secs => $1)),
      heard AS (
        SELECT id FROM revocations
         WHERE everywhere_at IS NULL AND listed_seq <= (SELECT seq FROM reached)
         LIMIT 1000 FOR UPDATE SKIP LOCKED)
      UPDATE revocations r SET everywhere_at = mayfly_now() FROM heard WHERE r.id = heard.id
      RETURNING r.id, r.target, r.identity_id, r.grant_id, r.listed_seq, r.listed_kinds,
                extract(epoch FROM r.everywhere_at - r.at)::float8 AS seconds
      """;

  private final Database database;
  private final AuditLog audit;
  private final Duration deadAfter;
  private final Map<ListKind, Timer> servedHere;
  private final Map<ListKind, Timer> everywhere;

  @Inject
  Spread(Database database, AuditLog audit, NodeConfig nodes, MeterRegistry meters) {
    this.database = database;
    this.audit = audit;
    this.deadAfter = nodes.deadAfter();
    this.servedHere =
        timers(
            meters,
            "mayfly.revocation.served",
            "from a revocation's commit until this node serves it");
    this.everywhere =
        timers(
            meters,
            "mayfly.revocation.everywhere",
            "from a revocation's commit until every live node serves it");
  }

  /** One for each kind of list that is served: a revocation counts once in each that says it. */
  private static Map<ListKind, Timer> timers(MeterRegistry meters, String name, String says) {
    Map<ListKind, Timer> timers = new EnumMap<>(ListKind.class);
    for (ListKind kind : EnumSet.complementOf(EnumSet.of(ListKind.KRL_SHARD))) {
      timers.put(
          kind,
          Timer.builder(name)
              .description(says)
              .tag("kind", kind.name().toLowerCase(Locale.ROOT))
              .publishPercentiles(0.5, 0.99)
              .serviceLevelObjectives(BUCKETS)
              .register(meters));
    }
    return timers;
  }

  /** Measures what this node has just begun to serve. */
  Uni<Void> servedHere(long since, long newest) {
    return database
        .run(SERVED_HERE, Tuple.of(since, newest))
        .invoke(rows -> rows.forEach(row -> record(servedHere, row)))
        .replaceWithVoid();
  }

  /** Confirms what every live node serves by now. */
  Uni<Void> confirm() {
    return database.inTransaction(this::confirmAndAudit).invoke(this::measure).replaceWithVoid();
  }

  private Uni<RowSet<Row>> confirmAndAudit(SqlConnection connection) {
    return connection
        .preparedQuery(CONFIRM)
        .execute(Tuple.of(Seconds.of(deadAfter)))
        .call(rows -> audit.append(connection, events(rows)));
  }

  private void measure(RowSet<Row> rows) {
    rows.forEach(row -> record(everywhere, row));
  }

  private static List<AuditEvent> events(RowSet<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false).map(Spread::event).toList();
  }

  private static AuditEvent event(Row row) {
    return new AuditEvent(
        "revocation.publish",
        AuditEvent.Result.SUCCESS,
        "system:publisher",
        "every live node serves it",
        row.getString("target"),
        Optional.ofNullable(row.getUUID("identity_id")).map(IdentityId::new),
        Optional.ofNullable(row.getUUID("grant_id")).map(GrantId::new),
        0,
        "",
        new JsonObject()
            .put("revocation", row.getUUID("id").toString())
            .put("publication", row.getLong("listed_seq"))
            .put("milliseconds", Math.round(row.getDouble("seconds") * 1000)));
  }

  private static void record(Map<ListKind, Timer> timers, Row row) {
    Duration took = Duration.ofNanos((long) (row.getDouble("seconds") * 1e9));
    for (String kind : row.getArrayOfStrings("listed_kinds")) {
      Timer timer = timers.get(ListKind.valueOf(kind));
      if (timer != null) {
        timer.record(took);
      }
    }
  }
}
