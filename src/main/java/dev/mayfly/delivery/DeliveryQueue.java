package dev.mayfly.delivery;

import dev.mayfly.audit.AuditEvent;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.store.Database;
import dev.mayfly.store.DeliveryId;
import dev.mayfly.store.Seconds;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Where each message stands on its way through each channel. The row is the record of a message
 * that arrived; what an operator has to act on, its death and its replay, is an audit event too.
 */
final class DeliveryQueue {

  /** How many messages one statement queues. */
  private static final int BATCH = 500;

  private static final String LONE =
      "SELECT pg_try_advisory_xact_lock(hashtext('mayfly_outbox')) AS mine";

  /*
   * By outbox_to_queue, in the order of each key. One node at a time, with a snapshot taken under the lock: a later
   * message of a key is never queued before an earlier one.
   */
  private static final String QUEUE =
      """
      WITH batch AS MATERIALIZED (
        SELECT o.id, o.at, o.seq, o.topic, o.key FROM outbox o WHERE NOT o.queued ORDER BY o.seq LIMIT $1
      ), marked AS (
        UPDATE outbox o SET queued = true FROM batch b WHERE o.at = b.at AND o.id = b.id
      ), routed AS (
        SELECT DISTINCT b.id, b.at, b.seq, b.topic, b.key, r.channel
        FROM batch b JOIN unnest($3::text[], $4::text[]) AS r (channel, topics) ON b.topic LIKE r.topics
      ), numbered AS (
        SELECT r.*, ($2::uuid[])[row_number() OVER (ORDER BY r.seq, r.channel)] AS delivery_id FROM routed r
      ), waiting AS (
        INSERT INTO deliveries (id, message_id, message_at, seq, topic, key, channel, state, next_at, changed_at)
        SELECT n.delivery_id, n.id, n.at, n.seq, n.topic, n.key, n.channel, 'PENDING', mayfly_now(), mayfly_now()
        FROM numbered n
      )
      SELECT count(*) AS taken FROM batch
      """;

  /*
   * By deliveries_due and, for each, deliveries_in_order: the first of its key goes, the others wait for it. The
   * lease is written where the next try's time stands, so that a node that dies has merely tried.
   */
  private static final String CLAIM =
      """
      WITH due AS MATERIALIZED (
        SELECT d.id FROM deliveries d
        WHERE d.channel = $1 AND d.state = 'PENDING' AND d.next_at <= mayfly_now()
          AND NOT EXISTS (SELECT FROM deliveries e
                           WHERE e.channel = d.channel AND e.key = d.key AND e.state = 'PENDING' AND e.seq < d.seq)
        ORDER BY d.next_at LIMIT $2
        FOR UPDATE SKIP LOCKED
      )
      UPDATE deliveries d SET tries = d.tries + 1, next_at = mayfly_now() + make_interval(secs => $3)
      FROM due, outbox o
      WHERE d.id = due.id AND o.at = d.message_at AND o.id = d.message_id
      RETURNING d.id AS delivery_id, d.tries, o.id, o.at, o.topic, o.key, o.payload
      """;

  /** Whoever else has tried meanwhile, it has arrived. */
  private static final String ARRIVED =
      """
      UPDATE deliveries SET state = 'DELIVERED', last_error = '', changed_at = mayfly_now()
       WHERE id = $1 AND state = 'PENDING'
      """;

  /** Only of the present try: one that outlived its lease says nothing about those after it. */
  private static final String AGAIN =
      """
      UPDATE deliveries
         SET next_at = mayfly_now() + make_interval(secs => $3), last_error = $4, changed_at = mayfly_now()
       WHERE id = $1 AND state = 'PENDING' AND tries = $2
      """;

  private static final String DIE =
      """
      UPDATE deliveries SET state = 'DEAD', last_error = $3, changed_at = mayfly_now()
       WHERE id = $1 AND state = 'PENDING' AND tries = $2
      RETURNING id, topic, key, channel, message_id, tries, coalesce((SELECT version FROM policy_active), 0) AS policy
      """;

  /* By deliveries_pending: what waits for a channel that is no longer configured, or behind what never arrives. */
  private static final String GIVE_UP =
      """
      UPDATE deliveries SET state = 'DEAD', last_error = $3, changed_at = mayfly_now()
       WHERE id IN (SELECT id FROM deliveries
                     WHERE state = 'PENDING' AND message_at <= mayfly_now() - make_interval(secs => $1)
                       AND next_at <= mayfly_now()
                     ORDER BY message_at LIMIT $2 FOR UPDATE SKIP LOCKED)
      RETURNING id, topic, key, channel, message_id, tries, coalesce((SELECT version FROM policy_active), 0) AS policy
      """;

  private final Database database;
  private final AuditLog audit;
  private final InstantSource clock;

  DeliveryQueue(Database database, AuditLog audit, InstantSource clock) {
    this.database = database;
    this.audit = audit;
    this.clock = clock;
  }

  /** Gives each new message a delivery for each route that wants it; false when none is left. */
  Uni<Boolean> queue(List<Route> routes) {
    return database.inTransaction(
        Database.LONGEST,
        tx ->
            tx.query(LONE)
                .execute()
                .chain(
                    rows ->
                        rows.iterator().next().getBoolean("mine")
                            ? queue(tx, routes)
                            : Uni.createFrom().item(false)));
  }

  private Uni<Boolean> queue(SqlConnection tx, List<Route> routes) {
    List<String[]> wanted =
        routes.stream()
            .flatMap(route -> route.topics().stream().map(t -> new String[] {route.name(), t}))
            .toList();
    UUID[] ids =
        Stream.generate(() -> Uuids.next(clock))
            .limit((long) BATCH * routes.size())
            .sorted()
            .toArray(UUID[]::new);
    Tuple parameters =
        Tuple.tuple()
            .addInteger(BATCH)
            .addArrayOfUUID(ids)
            .addArrayOfString(wanted.stream().map(pair -> pair[0]).toArray(String[]::new))
            .addArrayOfString(wanted.stream().map(pair -> pair[1]).toArray(String[]::new));
    return tx.preparedQuery(QUEUE)
        .execute(parameters)
        .map(rows -> rows.iterator().next().getLong("taken") == BATCH);
  }

  /** Takes what is due on a channel, the first of each key. */
  Uni<List<Claimed>> claim(String channel, int most, Duration lease) {
    return database
        .run(CLAIM, Tuple.of(channel, most, Seconds.of(lease)))
        .map(rows -> StreamSupport.stream(rows.spliterator(), false).map(this::claimed).toList());
  }

  private Claimed claimed(Row row) {
    return new Claimed(
        new DeliveryId(row.getUUID("delivery_id")),
        row.getInteger("tries"),
        new Message(
            row.getUUID("id"),
            row.getOffsetDateTime("at").toInstant(),
            row.getString("topic"),
            row.getString("key"),
            row.getJsonObject("payload")));
  }

  Uni<Void> arrived(Claimed claimed) {
    return database.run(ARRIVED, Tuple.of(claimed.id().value())).replaceWithVoid();
  }

  Uni<Void> again(Claimed claimed, Duration pause, String error) {
    Tuple parameters = Tuple.of(claimed.id().value(), claimed.tries(), Seconds.of(pause), error);
    return database.run(AGAIN, parameters).replaceWithVoid();
  }

  Uni<Void> die(Claimed claimed, String error) {
    return bury(DIE, Tuple.of(claimed.id().value(), claimed.tries(), error)).replaceWithVoid();
  }

  /** Buries a batch of what is too old; gives how many. */
  Uni<Integer> giveUp(Duration age) {
    return bury(GIVE_UP, Tuple.of(Seconds.of(age), BATCH, "too old"));
  }

  private Uni<Integer> bury(String statement, Tuple parameters) {
    return database.inTransaction(
        tx ->
            tx.preparedQuery(statement)
                .execute(parameters)
                .call(rows -> audit.append(tx, events(rows)))
                .map(RowSet::rowCount));
  }

  private static List<AuditEvent> events(RowSet<Row> dead) {
    return StreamSupport.stream(dead.spliterator(), false)
        .map(row -> event("delivery.dead", "system:delivery", "no try has succeeded", row, ""))
        .toList();
  }

  /** What happened to one delivery; the row has its columns and the policy's version. */
  static AuditEvent event(String action, String actor, String cause, Row row, String requestId) {
    return new AuditEvent(
        action,
        action.equals("delivery.dead") ? AuditEvent.Result.FAILED : AuditEvent.Result.SUCCESS,
        actor,
        cause,
        "delivery:" + row.getUUID("id"),
        Optional.empty(),
        Optional.empty(),
        row.getLong("policy"),
        requestId,
        new JsonObject()
            .put("channel", row.getString("channel"))
            .put("topic", row.getString("topic"))
            .put("key", row.getString("key"))
            .put("message", row.getUUID("message_id").toString())
            .put("tries", row.getInteger("tries")));
  }
}
