package dev.mayfly.grant;

import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.vertx.mutiny.sqlclient.Row;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One grant as its row says.
 *
 * @param expiresAt set once ACTIVE; nothing minted under it lives longer (rule 4)
 * @param authorityEndsAt where entitlement or identity review ends; no renewal reaches past it
 * @param cause why it came to its present state
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
    int version) {

  /** How it came about: by standing entitlement, or by a request that somebody decided. */
  public enum Kind {
    STANDING,
    REQUESTED
  }

  /** The columns {@link #from} reads, of a table or alias {@code g}. */
  static final String COLUMNS =
      """
      g.id, g.identity_id, g.role, g.kind, g.state, g.reason, g.requested_at, g.decided_by, g.activated_at,
      g.expires_at, g.authority_ends_at, g.ended_at, g.cause, g.policy_version, g.version""";

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
        row.getInteger("version"));
  }

  private static Optional<Instant> instant(@Nullable OffsetDateTime time) {
    return Optional.ofNullable(time).map(OffsetDateTime::toInstant);
  }
}
