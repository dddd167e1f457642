package dev.mayfly.grant.session;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.key.OpaqueToken;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;

/**
 * The session that a device gets when its person has confirmed it: a grant of its own whose parent
 * is the browser's session, so that it can be ended alone and never outlives that one.
 */
@ApplicationScoped
public class DeviceSessions {

  /*
   * What it was before decides; the row is locked, so of two polls at one moment one comes second (RFC 8628 3.5).
   * Half a second is forgiven to clocks and networks.
   */
  private static final String POLL =
      """
      WITH before AS (
        SELECT d.device_hash, d.state, d.until <= mayfly_now() AS over,
               d.polled_at > mayfly_now() - d.pause + interval '500 milliseconds' IS TRUE AS hasty
        FROM device_logins d WHERE d.device_hash = $1 AND d.jkt = $2 FOR UPDATE
      )
      UPDATE device_logins d SET
        polled_at = mayfly_now(),
        pause     = CASE WHEN b.hasty THEN d.pause + interval '5 seconds' ELSE d.pause END,
        state     = CASE WHEN b.state = 'CONFIRMED' AND NOT b.over AND NOT b.hasty THEN 'USED'
                         ELSE d.state END
      FROM before b WHERE d.device_hash = b.device_hash
      RETURNING b.state, b.over, b.hasty, d.confirmer
      """;

  /*
   * By primary keys. The browser's session has to be live, and stays so until this one is made. The person before the
   * session, as everybody holds them: the new row of grants would ask for the person only afterwards.
   */
  private static final String OPEN =
      """
      WITH person AS MATERIALIZED (
        SELECT i.id, i.name FROM grants g
        JOIN identities i ON i.id = g.identity_id AND i.state = 'ACTIVE' AND i.mint_until > mayfly_now()
        WHERE g.id = $1
        FOR KEY SHARE OF i
      ), root AS (
        SELECT g.id, g.identity_id, g.role, g.expires_at, g.authority_ends_at, g.policy_version, i.name,
               s.trust, s.subject, s.provider_sid, s.claims, s.claims_at, s.auth_time
        FROM grants g
        JOIN sessions s ON s.grant_id = g.id
        JOIN person i ON i.id = g.identity_id
        WHERE g.id = $1 AND g.state = 'ACTIVE' AND g.expires_at > mayfly_now()
        FOR SHARE OF g
      ), made AS (
        INSERT INTO grants (id, identity_id, role, kind, state, duration, requested_at, decided_at, decided_by,
                            activated_at, expires_at, authority_ends_at, deadline, policy_version, cause, parent)
        SELECT $2, r.identity_id, r.role, 'SESSION', 'ACTIVE', r.expires_at - mayfly_now(), mayfly_now(), mayfly_now(),
               'system:policy', mayfly_now(), r.expires_at, r.authority_ends_at, r.expires_at, r.policy_version,
               'device login', r.id
        FROM root r
      ), told AS (
        INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id,
                                  policy_version, request_id, detail)
        SELECT $3, mayfly_now(), 'grant.activate', 'SUCCESS', r.name, 'device login', 'grant:' || $2::uuid, r.identity_id,
               $2, r.policy_version, $4, jsonb_build_object('role', r.role, 'trust', r.trust, 'expiresAt', r.expires_at)
        FROM root r
      )
      INSERT INTO sessions (grant_id, identity_id, trust, subject, provider_sid, claims, claims_at, auth_time, jkt)
      SELECT $2, r.identity_id, r.trust, r.subject, r.provider_sid, r.claims, r.claims_at, r.auth_time, $5 FROM root r
      """;

  private final Database database;
  private final RefreshTokens tokens;
  private final InstantSource clock;

  public DeviceSessions(Database database, RefreshTokens tokens, InstantSource clock) {
    this.database = database;
    this.tokens = tokens;
    this.clock = clock;
  }

  /**
   * A device asks whether it was confirmed; once it was, it gets its session, once.
   *
   * @param jkt thumbprint of the key it shows now
   */
  public Uni<Outcome<Renewed>> poll(String deviceCode, String jkt, String requestId) {
    Tuple parameters = Tuple.of(Buffer.buffer(OpaqueToken.hash(deviceCode)), jkt);
    return database.inTransaction(
        tx ->
            tx.preparedQuery(POLL)
                .execute(parameters)
                .chain(
                    rows -> {
                      for (Row row : rows) {
                        return judge(row).thenUni(confirmer -> open(tx, confirmer, jkt, requestId));
                      }
                      return refused(bad("no device with this key has this code"));
                    }));
  }

  private static Outcome<GrantId> judge(Row row) {
    if (row.getBoolean("over")) {
      return waits("expired-token", "nobody confirmed it in time");
    }
    if (row.getBoolean("hasty")) {
      return waits("slow-down", "ask five seconds less often");
    }
    return switch (row.getString("state")) {
      case "WAITING" -> waits("authorization-pending", "nobody has confirmed it yet");
      case "REFUSED" -> waits("access-denied", "the person refused it");
      case "CONFIRMED" -> Outcome.ok(new GrantId(row.getUUID("confirmer")));
      default -> Outcome.refused(bad("the device code was used"));
    };
  }

  private Uni<Outcome<Renewed>> open(
      SqlConnection tx, GrantId confirmer, String jkt, String requestId) {
    GrantId session = new GrantId(Uuids.next(clock));
    Tuple parameters =
        Tuple.of(confirmer.value(), session.value(), Uuids.next(clock), requestId, jkt);
    return tx.preparedQuery(OPEN)
        .execute(parameters)
        .chain(
            made ->
                made.rowCount() == 1
                    ? tokens
                        .issue(tx, session)
                        .map(token -> Outcome.ok(new Renewed(session, token)))
                    : refused(bad("the session that confirmed it has ended")));
  }

  private static <T> Outcome<T> waits(String code, String say) {
    return Outcome.refused(new Refusal.DeviceWaits(code, say));
  }

  private static Refusal bad(String why) {
    return new Refusal.BadGrant("device-code-refused", why);
  }

  private static <T> Uni<Outcome<T>> refused(Refusal refusal) {
    return Uni.createFrom().item(Outcome.refused(refusal));
  }
}
