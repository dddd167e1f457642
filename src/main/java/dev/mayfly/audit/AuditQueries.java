package dev.mayfly.audit;

import dev.mayfly.store.AuditId;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.Page;
import dev.mayfly.store.Query;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** Reads audit events, newest first. */
@ApplicationScoped
public class AuditQueries {

  private static final String SELECT =
      """
      SELECT id, at, action, outcome, actor, cause, subject, identity_id, grant_id, policy_version, request_id,
             detail
        FROM audit_events""";

  /** Where a page ended: time in microseconds (as exact as the column) and id. */
  private static final Pattern CURSOR =
      Pattern.compile("([0-9]{1,18})_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})");

  private static final long MICROS = 1_000_000;
  private static final int NANOS_OF_MICRO = 1_000;

  private final Database database;

  AuditQueries(Database database) {
    this.database = database;
  }

  /** Which events are wanted; what is empty does not matter. */
  public record Filter(
      Optional<String> subject,
      Optional<GrantId> grant,
      Optional<IdentityId> identity,
      Optional<String> action,
      Optional<Instant> since) {}

  /** An event as it was written. */
  public record Listed(AuditId id, Instant at, AuditEvent event) {}

  /** Whether {@link #list} can read this cursor. */
  public static boolean isCursor(String text) {
    return CURSOR.matcher(text).matches();
  }

  /** One page. By subject or grant an index finds them; otherwise days are read backwards. */
  public Uni<Page<Listed>> list(Filter filter, Page.Request page) {
    Query query =
        new Query(SELECT)
            .where("subject = ?", filter.subject())
            .where("grant_id = ?", filter.grant().map(GrantId::value))
            .where("identity_id = ?", filter.identity().map(IdentityId::value))
            .where("action = ?", filter.action())
            .where("at >= ?", filter.since().map(AuditQueries::utc));
    page.after().ifPresent(cursor -> resume(query, cursor));
    query.order("at DESC, id DESC", page.rows());
    return database
        .run(query.sql(), query.parameters())
        .map(
            rows ->
                Page.of(
                    StreamSupport.stream(rows.spliterator(), false)
                        .map(AuditQueries::read)
                        .toList(),
                    page,
                    AuditQueries::cursor));
  }

  private static void resume(Query query, String cursor) {
    var parts = CURSOR.matcher(cursor);
    if (!parts.matches()) {
      throw new IllegalArgumentException("not a cursor");
    }
    long micros = Long.parseLong(parts.group(1));
    Instant at = Instant.ofEpochSecond(micros / MICROS, micros % MICROS * NANOS_OF_MICRO);
    query.where("(at, id) < (?, ?)", utc(at), UUID.fromString(parts.group(2)));
  }

  private static String cursor(Listed found) {
    Instant at = found.at();
    return at.getEpochSecond() * MICROS + at.getNano() / NANOS_OF_MICRO + "_" + found.id();
  }

  private static OffsetDateTime utc(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }

  private static Listed read(Row row) {
    JsonObject detail = row.getJsonObject("detail");
    return new Listed(
        new AuditId(row.getUUID("id")),
        row.getOffsetDateTime("at").toInstant(),
        new AuditEvent(
            row.getString("action"),
            AuditEvent.Result.valueOf(row.getString("outcome")),
            row.getString("actor"),
            row.getString("cause"),
            row.getString("subject"),
            Optional.ofNullable(row.getUUID("identity_id")).map(IdentityId::new),
            Optional.ofNullable(row.getUUID("grant_id")).map(GrantId::new),
            row.getLong("policy_version"),
            row.getString("request_id"),
            detail == null ? new JsonObject() : detail));
  }
}
