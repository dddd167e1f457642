package dev.mayfly.audit;

import dev.mayfly.store.AuditId;
import dev.mayfly.store.CredentialId;
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
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/** Reads audit events, newest first. */
@ApplicationScoped
public class AuditQueries {

  private static final String SELECT =
      """
      SELECT id, at, action, outcome, actor, cause, subject, identity_id, grant_id, policy_version, request_id,
             detail
        FROM\s""";

  private static final String ALL = "audit_events";

  /**
   * By audit_events_by_subject, which leaves out the mints; the mint of a credential by its row in
   * the ledger (credentials_by_id) and audit_events_by_grant, in the second it was issued in.
   */
  private static final String OF_CREDENTIAL =
      """
      (WITH minted AS MATERIALIZED (SELECT grant_id, issued_at FROM credentials WHERE id = ? LIMIT 1)
       SELECT * FROM audit_events WHERE subject = ? AND action <> 'credential.mint'
       UNION ALL
       SELECT * FROM audit_events
        WHERE grant_id = (SELECT grant_id FROM minted) AND at >= (SELECT issued_at FROM minted)
          AND at < (SELECT issued_at + interval '1 second' FROM minted)
          AND action = 'credential.mint' AND subject = ?) AS events""";

  /** By audit_events_by_identity; its mints by grants_by_identity and audit_events_by_grant. */
  private static final String OF_IDENTITY =
      """
      (SELECT * FROM audit_events WHERE identity_id = ? AND action <> 'credential.mint'
       UNION ALL
       SELECT * FROM audit_events
        WHERE grant_id = ANY (ARRAY (SELECT id FROM grants WHERE identity_id = ?))
          AND action = 'credential.mint') AS events""";

  private static final String CREDENTIAL = "credential:";

  /**
   * Found by audit_events_by_action, however long ago they were, as far as the statement says that
   * it asks for no mints. Mints are not in there; they are everywhere.
   */
  private static final Predicate<String> RARE = Predicate.not("credential.mint"::equals);

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

  /**
   * One page. By subject, grant, identity or action indexes find them; else days are read
   * backwards.
   */
  public Uni<Page<Listed>> list(Filter filter, Page.Request page) {
    Query query = query(filter, page);
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

  static Query query(Filter filter, Page.Request page) {
    Query query =
        from(filter)
            .where("grant_id = ?", filter.grant().map(GrantId::value))
            .where("action <> 'credential.mint' AND action = ?", filter.action().filter(RARE))
            .where("action = ?", filter.action().filter(RARE.negate()))
            .where("at >= ?", filter.since().map(AuditQueries::utc));
    page.after().ifPresent(cursor -> resume(query, cursor));
    return query.order("at DESC, id DESC", page.rows());
  }

  /** Starts where the filter finds fewest: at a subject, at a grant, at an identity. */
  private static Query from(Filter filter) {
    Optional<UUID> identity = filter.identity().map(IdentityId::value);
    Optional<UUID> credential = filter.subject().flatMap(AuditQueries::credential);
    if (credential.isPresent()) {
      return new Query(SELECT + OF_CREDENTIAL)
          .given(credential.get())
          .given(filter.subject().get())
          .given(filter.subject().get())
          .where("identity_id = ?", identity);
    }
    if (filter.subject().isPresent()) {
      return new Query(SELECT + ALL)
          .where("action <> 'credential.mint' AND subject = ?", filter.subject())
          .where("identity_id = ?", identity);
    }
    if (identity.isPresent() && filter.grant().isEmpty()) {
      return new Query(SELECT + OF_IDENTITY).given(identity.get()).given(identity.get());
    }
    return new Query(SELECT + ALL).where("identity_id = ?", identity);
  }

  private static Optional<UUID> credential(String subject) {
    try {
      return Optional.of(subject)
          .filter(text -> text.startsWith(CREDENTIAL))
          .map(text -> CredentialId.of(text.substring(CREDENTIAL.length())).value());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
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
