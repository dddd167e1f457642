package dev.mayfly.delivery;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.store.Database;
import dev.mayfly.store.DeliveryId;
import dev.mayfly.store.Page;
import dev.mayfly.store.Query;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;

/** Shows deliveries, newest first, and lets an operator send a dead one on its way again. */
@ApplicationScoped
public class DeliveryQueries {

  private static final String SELECT =
      """
      SELECT id, message_id, message_at, topic, key, channel, state, tries, next_at, changed_at, last_error
        FROM deliveries""";

  private static final String FIND = SELECT + " WHERE id = $1 FOR UPDATE";

  private static final String REPLAY =
      """
      UPDATE deliveries d SET state = 'PENDING', tries = 0, next_at = mayfly_now(), changed_at = mayfly_now()
       WHERE d.id = $1 AND d.state = 'DEAD'
         AND EXISTS (SELECT FROM outbox o WHERE o.at = d.message_at AND o.id = d.message_id)
      RETURNING d.*, coalesce((SELECT version FROM policy_active), 0) AS policy
      """;

  private final Database database;
  private final AuditLog audit;

  DeliveryQueries(Database database, AuditLog audit) {
    this.database = database;
    this.audit = audit;
  }

  /** Where a delivery can stand. */
  public enum State {
    PENDING,
    DELIVERED,
    DEAD
  }

  /**
   * One message on its way through one channel.
   *
   * @param message the id that its receiver sees
   * @param nextAt when it is tried again, while it is PENDING
   * @param lastError what the last try came to; empty when none has failed
   */
  public record Listed(
      DeliveryId id,
      String message,
      Instant messageAt,
      String topic,
      String key,
      String channel,
      State state,
      int tries,
      Optional<Instant> nextAt,
      Instant changedAt,
      String lastError) {}

  /** One page. The dead have an index; otherwise the newest are read until there are enough. */
  public Uni<Page<Listed>> list(
      Optional<State> state, Optional<String> channel, Page.Request page) {
    Query query =
        new Query(SELECT)
            .where("state = ?", state.map(State::name))
            .where("channel = ?", channel)
            .where("id < ?", page.after().map(UUID::fromString))
            .order("id DESC", page.rows());
    return database
        .run(query.sql(), query.parameters())
        .map(
            rows ->
                Page.of(
                    StreamSupport.stream(rows.spliterator(), false)
                        .map(DeliveryQueries::read)
                        .toList(),
                    page,
                    listed -> listed.id().toString()));
  }

  /** Sends a DEAD one on its way again, with all its tries before it. */
  public Uni<Outcome<Listed>> replay(DeliveryId id, String actor, String requestId) {
    return database.inTransaction(
        tx ->
            tx.preparedQuery(FIND)
                .execute(Tuple.of(id.value()))
                .chain(
                    found -> found.rowCount() == 0 ? missing() : replay(tx, id, actor, requestId)));
  }

  private Uni<Outcome<Listed>> replay(
      SqlConnection tx, DeliveryId id, String actor, String requestId) {
    return tx.preparedQuery(REPLAY)
        .execute(Tuple.of(id.value()))
        .chain(rows -> rows.rowCount() == 0 ? conflict() : told(tx, rows, actor, requestId));
  }

  private Uni<Outcome<Listed>> told(
      SqlConnection tx, RowSet<Row> rows, String actor, String requestId) {
    Row row = rows.iterator().next();
    return audit
        .append(tx, DeliveryQueue.event("delivery.replay", actor, "asked", row, requestId))
        .replaceWith(() -> Outcome.ok(read(row)));
  }

  private static Uni<Outcome<Listed>> missing() {
    return Uni.createFrom()
        .item(Outcome.refused(new Refusal.NotFound("not-found", "there is no such delivery")));
  }

  private static Uni<Outcome<Listed>> conflict() {
    return Uni.createFrom()
        .item(
            Outcome.refused(
                new Refusal.Conflict(
                    "delivery-state",
                    "only a DEAD delivery whose message is still kept is replayed")));
  }

  private static Listed read(Row row) {
    State state = State.valueOf(row.getString("state"));
    return new Listed(
        new DeliveryId(row.getUUID("id")),
        row.getUUID("message_id").toString(),
        instant(row.getOffsetDateTime("message_at")),
        row.getString("topic"),
        row.getString("key"),
        row.getString("channel"),
        state,
        row.getInteger("tries"),
        state == State.PENDING
            ? Optional.of(instant(row.getOffsetDateTime("next_at")))
            : Optional.empty(),
        instant(row.getOffsetDateTime("changed_at")),
        row.getString("last_error"));
  }

  private static Instant instant(OffsetDateTime at) {
    return at.toInstant();
  }
}
