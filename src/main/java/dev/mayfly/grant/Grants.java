package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.Allowed;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.Seconds;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Optional;

/**
 * Standing grants: made by policy on first need, renewed while policy, identity and entitlement
 * still say so (rule 1). Called by a mint only when it found no grant or one too near its end.
 */
@ApplicationScoped
public class Grants {

  /*
   * Held to the end of the transaction, in the order everybody takes them: policy, identity, grant. A new policy
   * version or a suspension that commits first is seen here; one that comes later sees the grant made here.
   */
  private static final String LOCK_AUTHORITY =
      """
      SELECT i.id FROM policy_active p, identities i
      WHERE p.version = $1 AND i.id = $2 AND i.state = 'ACTIVE' AND i.mint_until > mayfly_now()
      FOR SHARE OF p, i
      """;

  private static final String LIVE_ONE =
      """
      SELECT g.id, g.expires_at > mayfly_now() AS live FROM grants g
      WHERE g.identity_id = $1 AND g.role = $2 AND g.kind = 'STANDING' AND g.state = 'ACTIVE'
      FOR UPDATE
      """;

  /* Only when a credential of $8 would be cut short: of many mints that see the end near, one renews. */
  private static final String RENEW =
      """
      WITH renewed AS (
        UPDATE grants g SET
          expires_at        = LEAST(mayfly_now() + make_interval(secs => $2), $3::timestamptz),
          deadline          = LEAST(mayfly_now() + make_interval(secs => $2), $3::timestamptz),
          duration          = make_interval(secs => $2),
          authority_ends_at = $3,
          policy_version    = $4,
          version           = g.version + 1
        WHERE g.id = $1 AND g.expires_at < LEAST(mayfly_now() + make_interval(secs => $8), $3::timestamptz)
        RETURNING g.id, g.identity_id, g.expires_at
      )
      INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id,
                                policy_version, request_id, detail)
      SELECT $5, mayfly_now(), 'grant.renew', 'SUCCESS', $6, 'standing entitlement', 'grant:' || r.id, r.identity_id,
             r.id, $4, $7, jsonb_build_object('expiresAt', r.expires_at)
      FROM renewed r
      """;

  private static final String CREATE =
      """
      WITH made AS (
        INSERT INTO grants AS g (id, identity_id, role, kind, state, duration, requested_at, decided_at, decided_by,
                                 activated_at, expires_at, authority_ends_at, deadline, policy_version, cause)
        SELECT $1, $2, $3, 'STANDING', 'ACTIVE', make_interval(secs => $4), mayfly_now(), mayfly_now(), 'system:policy', mayfly_now(),
               LEAST(mayfly_now() + make_interval(secs => $4), $5::timestamptz), $5,
               LEAST(mayfly_now() + make_interval(secs => $4), $5::timestamptz), $6, 'standing entitlement'
        WHERE $5::timestamptz > mayfly_now()
        ON CONFLICT DO NOTHING
        RETURNING g.id, g.identity_id, g.expires_at
      ), told AS (
        INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id,
                                  policy_version, request_id, detail)
        SELECT $7, mayfly_now(), 'grant.activate', 'SUCCESS', 'system:policy', 'standing entitlement', 'grant:' || m.id,
               m.identity_id, m.id, $6, $8,
               jsonb_build_object('role', $3::text, 'for', $9::text, 'expiresAt', m.expires_at)
        FROM made m
      )
      SELECT id FROM made
      """;

  /*
   * What an operator took away, policy does not give back by itself: only a later, reviewed version does. Grants that
   * ended with a suspension or a policy version carry no such bar. By grants_by_identity and revocations_by_grant.
   */
  private static final String TAKEN_AWAY =
      """
      SELECT g.id FROM grants g JOIN revocations r ON r.grant_id = g.id AND r.scope = 'GRANT'
      WHERE g.identity_id = $1 AND g.role = $2 AND g.kind = 'STANDING' AND g.state = 'REVOKED'
        AND g.policy_version >= $3 AND r.by_whom NOT LIKE 'system:%'
      LIMIT 1
      """;

  private static final Because RAN_OUT = new Because("system:grants", "ran out", "");

  private final Database database;
  private final GrantMachine machine;
  private final InstantSource clock;

  public Grants(Database database, GrantMachine machine, InstantSource clock) {
    this.database = database;
    this.machine = machine;
    this.clock = clock;
  }

  /**
   * The live standing grant of this identity over the allowed role: the present one renewed, or a
   * new one.
   *
   * @return refused with {@code policy-changed} when {@code policyVersion} is no longer active
   *     (decide again), or with {@code identity-inactive}
   */
  public Uni<Outcome<GrantId>> ensureStanding(
      IdentityId identity, String name, Allowed allowed, long policyVersion, String requestId) {
    Need need = new Need(identity, name, allowed, policyVersion, requestId);
    return database.inTransaction(
        tx ->
            tx.preparedQuery(LOCK_AUTHORITY)
                .execute(Tuple.of(policyVersion, identity.value()))
                .chain(
                    rows -> rows.size() == 0 ? whyNoAuthority(tx, need) : renewOrCreate(tx, need)));
  }

  private record Need(
      IdentityId identity, String name, Allowed allowed, long policyVersion, String requestId) {}

  private static Uni<Outcome<GrantId>> whyNoAuthority(SqlConnection tx, Need need) {
    return tx.preparedQuery("SELECT 1 FROM policy_active WHERE version = $1")
        .execute(Tuple.of(need.policyVersion()))
        .map(
            rows ->
                Outcome.refused(
                    rows.size() == 0
                        ? new Refusal.Conflict("policy-changed", "the policy has changed")
                        : new Refusal.Denied("identity-inactive", need.name() + " is not active")));
  }

  private Uni<Outcome<GrantId>> renewOrCreate(SqlConnection tx, Need need) {
    return tx.preparedQuery(LIVE_ONE)
        .execute(Tuple.of(need.identity().value(), need.allowed().role().id()))
        .chain(
            rows -> {
              if (rows.size() == 0) {
                return createUnlessTakenAway(tx, need);
              }
              var row = rows.iterator().next();
              GrantId present = new GrantId(row.getUUID("id"));
              return row.getBoolean("live")
                  ? renew(tx, need, present)
                  : machine
                      .move(tx, present, Move.EXPIRE, RAN_OUT)
                      .chain(expired -> createUnlessTakenAway(tx, need));
            });
  }

  private Uni<Outcome<GrantId>> createUnlessTakenAway(SqlConnection tx, Need need) {
    String role = need.allowed().role().id();
    return tx.preparedQuery(TAKEN_AWAY)
        .execute(Tuple.of(need.identity().value(), role, need.policyVersion()))
        .chain(
            rows ->
                rows.size() == 0
                    ? create(tx, need)
                    : Uni.createFrom()
                        .item(
                            Outcome.refused(
                                new Refusal.Denied(
                                    "grant-revoked",
                                    "the grant of %s over %s was revoked; a new policy version gives it back"
                                        .formatted(need.name(), role)))));
  }

  private Uni<Outcome<GrantId>> renew(SqlConnection tx, Need need, GrantId present) {
    Tuple parameters =
        Tuple.tuple()
            .addUUID(present.value())
            .addDouble(Seconds.of(need.allowed().grant()))
            .addOffsetDateTime(need.allowed().authorityEndsAt().atOffset(ZoneOffset.UTC))
            .addLong(need.policyVersion())
            .addUUID(Uuids.next(clock))
            .addString(need.name())
            .addString(need.requestId())
            .addDouble(Seconds.of(need.allowed().ttl()));
    return tx.preparedQuery(RENEW).execute(parameters).replaceWith(Outcome.ok(present));
  }

  private Uni<Outcome<GrantId>> create(SqlConnection tx, Need need) {
    GrantId fresh = new GrantId(Uuids.next(clock));
    Tuple parameters =
        Tuple.tuple()
            .addUUID(fresh.value())
            .addUUID(need.identity().value())
            .addString(need.allowed().role().id())
            .addDouble(Seconds.of(need.allowed().grant()))
            .addOffsetDateTime(need.allowed().authorityEndsAt().atOffset(ZoneOffset.UTC))
            .addLong(need.policyVersion())
            .addUUID(Uuids.next(clock))
            .addString(need.requestId())
            .addString(need.name());
    return tx.preparedQuery(CREATE)
        .execute(parameters)
        .chain(
            rows ->
                rows.size() == 1
                    ? Uni.createFrom().item(Outcome.ok(fresh))
                    : madeByAnother(tx, need));
  }

  /**
   * Another request made it in the same moment; ON CONFLICT waited for its commit, so it is visible
   * now.
   */
  private Uni<Outcome<GrantId>> madeByAnother(SqlConnection tx, Need need) {
    return tx.preparedQuery(LIVE_ONE)
        .execute(Tuple.of(need.identity().value(), need.allowed().role().id()))
        .map(
            rows -> {
              Optional<GrantId> other =
                  rows.size() == 0
                      ? Optional.empty()
                      : Optional.of(new GrantId(rows.iterator().next().getUUID("id")));
              return other
                  .map(Outcome::ok)
                  .orElseGet(
                      () ->
                          Outcome.refused(
                              new Refusal.Denied(
                                  "entitlement-ended",
                                  need.name()
                                      + " holds no live entitlement to "
                                      + need.allowed().role().id())));
            });
  }
}
