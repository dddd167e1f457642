package dev.mayfly.grant;

import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One grant as its row says.
 *
 * @param expiresAt set once ACTIVE; nothing minted under it lives longer (rule 4)
 * @param authorityEndsAt where entitlement or identity review ends; no renewal reaches past it
 * @param cause why it came to its present state
 * @param parent whose end is this one's end too: a terminal's session has the browser's
 */
public record Grant(
    GrantId id,
    IdentityId identity,
    String role,
    Kind kind,
    GrantState state,
    String reason,
    Instant requestedAt,
    Optional<String> decidedBy,
    Optional<Instant> activatedAt,
    Optional<Instant> expiresAt,
    Instant authorityEndsAt,
    Optional<Instant> endedAt,
    Optional<String> cause,
    long policyVersion,
    int version,
    Optional<GrantId> parent,
    Optional<Requested> requested,
    Optional<Acting> acting) {

  /**
   * What a grant of kind REQUESTED has beside the others.
   *
   * @param by who asked: the holder, or somebody on their behalf
   * @param byName that one's SPIFFE ID
   * @param duration how long it lives once active
   * @param startsAt not before this
   * @param ask ticket, inputs and narrowing ({@link Narrowing})
   * @param bundle what was asked for together
   * @param extending the grant whose end is this one's start
   * @param breakGlass taken at once, to be reviewed afterwards
   * @param reviewBy when that review is due
   * @param reviewed once it is closed
   * @param waitsUntil when the request or the approval lapses
   */
  public record Requested(
      IdentityId by,
      String byName,
      Duration duration,
      Optional<Instant> startsAt,
      JsonObject ask,
      Optional<UUID> bundle,
      Optional<GrantId> extending,
      boolean breakGlass,
      Optional<Instant> reviewBy,
      Optional<Reviewed> reviewed,
      Optional<Instant> waitsUntil) {}

  /** The closed review of a break-glass: by whom, and what they found. */
  public record Reviewed(Instant at, String by, String finding) {}

  /**
   * What an agent's grant has beside that.
   *
   * @param person who it acts for, and who asked
   * @param name that person's SPIFFE ID
   * @param task what it does for them
   * @param session the grant whose end is this one's
   * @param partOf that person's own grant, where this one is a part of it: its end is this one's
   *     too
   */
  public record Acting(
      IdentityId person, String name, String task, GrantId session, Optional<GrantId> partOf) {}

  /** Whose authority it is: who holds it, or who an agent acts for. */
  public IdentityId principal() {
    return acting.map(Acting::person).orElse(identity);
  }

  /**
   * How it came about: by standing entitlement, by a request that somebody decided, or by a login.
   */
  public enum Kind {
    STANDING,
    REQUESTED,
    SESSION
  }

  /** The columns {@link #from} reads, of a table or alias {@code g}. */
  static final String COLUMNS =
      """
      g.id, g.identity_id, g.role, g.kind, g.state, g.reason, g.requested_at, g.decided_by, g.activated_at,
      g.expires_at, g.authority_ends_at, g.ended_at, g.cause, g.policy_version, g.version, g.requested_by,
      (EXTRACT(EPOCH FROM g.duration) * 1000)::bigint AS duration_ms, g.starts_at, g.ask, g.bundle, g.extends,
      g.break_glass, g.review_by, g.reviewed_at, g.finding, g.deadline, g.parent,
      g.acts_for, g.task, g.part_of,
      (SELECT q.name FROM identities q WHERE q.id = g.requested_by) AS requested_by_name,
      (SELECT r.name FROM identities r WHERE r.id = g.reviewed_by) AS reviewed_by,
      (SELECT n.name FROM identities n WHERE n.id = g.acts_for) AS acts_for_name""";

  static Grant from(Row row) {
    return new Grant(
        new GrantId(row.getUUID("id")),
        new IdentityId(row.getUUID("identity_id")),
        row.getString("role"),
        Kind.valueOf(row.getString("kind")),
        GrantState.valueOf(row.getString("state")),
        row.getString("reason"),
        row.getOffsetDateTime("requested_at").toInstant(),
        Optional.ofNullable(row.getString("decided_by")),
        instant(row.getOffsetDateTime("activated_at")),
        instant(row.getOffsetDateTime("expires_at")),
        row.getOffsetDateTime("authority_ends_at").toInstant(),
        instant(row.getOffsetDateTime("ended_at")),
        Optional.ofNullable(row.getString("cause")),
        row.getLong("policy_version"),
        row.getInteger("version"),
        Optional.ofNullable(row.getUUID("parent")).map(GrantId::new),
        Optional.ofNullable(row.getUUID("requested_by"))
            .map(by -> requested(new IdentityId(by), row)),
        Optional.ofNullable(row.getUUID("acts_for"))
            .map(person -> acting(new IdentityId(person), row)));
  }

  private static Acting acting(IdentityId person, Row row) {
    return new Acting(
        person,
        row.getString("acts_for_name"),
        row.getString("task"),
        new GrantId(row.getUUID("parent")),
        Optional.ofNullable(row.getUUID("part_of")).map(GrantId::new));
  }

  private static Requested requested(IdentityId by, Row row) {
    return new Requested(
        by,
        row.getString("requested_by_name"),
        Duration.ofMillis(row.getLong("duration_ms")),
        instant(row.getOffsetDateTime("starts_at")),
        row.getJsonObject("ask"),
        Optional.ofNullable(row.getUUID("bundle")),
        Optional.ofNullable(row.getUUID("extends")).map(GrantId::new),
        row.getBoolean("break_glass"),
        instant(row.getOffsetDateTime("review_by")),
        instant(row.getOffsetDateTime("reviewed_at"))
            .map(at -> new Reviewed(at, row.getString("reviewed_by"), row.getString("finding"))),
        instant(row.getOffsetDateTime("deadline")));
  }

  private static Optional<Instant> instant(@Nullable OffsetDateTime time) {
    return Optional.ofNullable(time).map(OffsetDateTime::toInstant);
  }
}
