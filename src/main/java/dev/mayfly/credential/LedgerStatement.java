package dev.mayfly.credential;

import dev.mayfly.store.Uuids;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one statement that records a batch of credentials, and how entries go in and verdicts come
 * out.
 */
final class LedgerStatement {

  /*
   * Plan, for a batch of n: grants and keys by primary key with a row lock each (n and 1 at most), identities,
   * idempotency keys and lists by primary key, policy_active one row; then one multi-row insert into each table.
   * Locks are taken in the order grants (by seq), keys (by kid); revocations take them in the same order.
   * Assertions seen before are looked up one by one (a sub-select, not a join): never by a scan of all that are live.
   * Evaluation order is fixed by data: checked needs the locks, fresh and claimed need checked, accepted needs those.
   */
  static final String SQL =
      """
      WITH asked AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                             $8::int[], $9::text[], $10::text[], $11::bigint[], $12::int[], $13::uuid[],
                             $14::timestamptz[], $15::uuid[], $16::uuid[], $17::text[], $18::boolean[], $19::uuid[],
                             $20::text[], $22::text[])
          WITH ORDINALITY AS a (credential_id, grant_id, identity_id, name, kind, kid, policy_version,
                                ttl, audience, scope, list_id, list_idx, assertion_key,
                                assertion_until, idempotency_key, fingerprint, request_id, announce, event_id,
                                jkt, detail, n)
      ), live_grants AS MATERIALIZED (
        SELECT g.id, g.identity_id, g.expires_at, g.authority_ends_at, g.kind FROM grants g
        WHERE g.id = ANY ($2) AND g.state = 'ACTIVE' AND g.expires_at > mayfly_now()
        ORDER BY g.seq FOR SHARE
      ), live_keys AS MATERIALIZED (
        SELECT k.kid, k.not_after FROM signing_keys k
        WHERE k.kid = ANY ($6) AND k.state = 'ACTIVE' AND (SELECT count(*) FROM live_grants) >= 0
        ORDER BY k.kid FOR SHARE
      ), facts AS MATERIALIZED (
        SELECT a.*, date_trunc('second', mayfly_now()) AS issued_at,
               date_trunc('second', LEAST(mayfly_now() + a.ttl * interval '1 second', g.expires_at, k.not_after))
                 AS expires_at,
               g.kind = 'STANDING'
                 AND g.expires_at < LEAST(mayfly_now() + a.ttl * interval '1 second', g.authority_ends_at) AS renewable,
               l.ends_at AS list_ends_at, i.id IS NOT NULL AS identity_ok, p.version IS NOT NULL AS policy_ok,
               g.id IS NOT NULL AS grant_ok, k.kid IS NOT NULL AS key_ok, d.fingerprint AS known_fingerprint
        FROM asked a
        LEFT JOIN live_grants g ON g.id = a.grant_id AND g.identity_id = a.identity_id
        LEFT JOIN live_keys k ON k.kid = a.kid
        LEFT JOIN identities i ON i.id = a.identity_id AND i.state = 'ACTIVE' AND i.mint_until > mayfly_now()
        LEFT JOIN policy_active p ON p.version = a.policy_version
        LEFT JOIN lists l ON l.id = a.list_id AND l.state = 'LIVE' AND COALESCE(l.kid, a.kid) = a.kid
        LEFT JOIN idempotency_keys d ON d.key = a.idempotency_key AND d.until > mayfly_now()
      ), checked AS MATERIALIZED (
        SELECT f.*, CASE
            WHEN NOT identity_ok THEN 'IDENTITY'
            WHEN known_fingerprint <> fingerprint THEN 'IDEMPOTENCY_MISMATCH'
            WHEN known_fingerprint IS NOT NULL THEN 'REDELIVER'
            WHEN NOT policy_ok THEN 'POLICY'
            WHEN NOT grant_ok THEN 'GRANT'
            WHEN renewable THEN 'RENEW'
            WHEN NOT key_ok THEN 'KEY'
            WHEN list_ends_at IS NULL OR expires_at > list_ends_at THEN 'LIST'
            WHEN expires_at <= issued_at THEN 'ENDED'
            ELSE 'RECORDED' END AS verdict
        FROM facts f
      ), fresh AS (
        INSERT INTO used_assertions (key, until)
        SELECT c.assertion_key, c.assertion_until FROM checked c
        WHERE c.verdict IN ('RECORDED', 'REDELIVER') AND c.assertion_key IS NOT NULL
          AND c.assertion_until > mayfly_now() -- past it its partition may be gone: refused, as if used
          AND (SELECT u.key FROM used_assertions u
               WHERE u.key = c.assertion_key AND u.until > mayfly_now() LIMIT 1) IS NULL
        ORDER BY c.assertion_key
        ON CONFLICT DO NOTHING
        RETURNING key
      ), claimed AS (
        INSERT INTO idempotency_keys AS d (key, fingerprint, credential_id, list_ends_at, until)
        SELECT c.idempotency_key, c.fingerprint, c.credential_id, c.list_ends_at, mayfly_now() + make_interval(secs => $21)
        FROM checked c
        WHERE c.verdict = 'RECORDED' AND c.idempotency_key IS NOT NULL
          AND (c.assertion_key IS NULL OR c.assertion_key IN (SELECT key FROM fresh))
        ORDER BY c.idempotency_key
        ON CONFLICT (key) DO UPDATE
          SET fingerprint = excluded.fingerprint, credential_id = excluded.credential_id,
              list_ends_at = excluded.list_ends_at, until = excluded.until
          WHERE d.until <= mayfly_now()
        RETURNING key
      ), judged AS MATERIALIZED (
        SELECT c.*, CASE
            WHEN verdict NOT IN ('RECORDED', 'REDELIVER') THEN verdict
            WHEN assertion_key IS NOT NULL AND assertion_key NOT IN (SELECT key FROM fresh) THEN 'REPLAYED'
            WHEN verdict = 'RECORDED' AND idempotency_key IS NOT NULL
                 AND idempotency_key NOT IN (SELECT key FROM claimed) THEN 'IDEMPOTENCY_RACE'
            ELSE verdict END AS final
        FROM checked c
      ), recorded AS (
        INSERT INTO credentials (id, grant_id, identity_id, kind, kid, audience, scope, issued_at, expires_at,
                                 list_id, list_idx, list_ends_at, policy_version, jkt)
        SELECT credential_id, grant_id, identity_id, kind, kid, audience, scope, issued_at, expires_at,
               list_id, list_idx, list_ends_at, policy_version, jkt
        FROM judged WHERE final = 'RECORDED'
      ), told AS (
        INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id,
                                  policy_version, request_id, detail)
        SELECT event_id, mayfly_now(), 'credential.mint', 'SUCCESS', name, 'asked', 'credential:' || credential_id,
               identity_id, grant_id, policy_version, request_id, detail::jsonb
        FROM judged WHERE final = 'RECORDED'
      ), announced AS (
        INSERT INTO outbox (id, at, topic, key, payload)
        SELECT event_id, mayfly_now(), 'credential.mint', 'grant:' || grant_id,
               jsonb_build_object('credential', credential_id, 'grant', grant_id, 'identity', name,
                                  'identity_id', identity_id, 'kind', kind, 'expires_at', mayfly_utc(expires_at))
        FROM judged WHERE final = 'RECORDED' AND announce
      )
      SELECT n, final, issued_at, expires_at FROM judged
      """;

  private LedgerStatement() {}

  static Tuple parameters(List<Waiting> batch, Duration idempotencyWindow, InstantSource clock) {
    return Tuple.tuple()
        .addArrayOfUUID(uuids(batch, e -> e.id().value()))
        .addArrayOfUUID(uuids(batch, e -> e.grant().value()))
        .addArrayOfUUID(uuids(batch, e -> e.identity().value()))
        .addArrayOfString(texts(batch, Entry::name))
        .addArrayOfString(texts(batch, Entry::kind))
        .addArrayOfString(texts(batch, e -> e.key().value()))
        .addArrayOfLong(batch.stream().map(w -> w.entry().policyVersion()).toArray(Long[]::new))
        .addArrayOfInteger(integers(batch, e -> Math.toIntExact(e.ttl().toSeconds())))
        .addArrayOfString(texts(batch, Entry::audience))
        .addArrayOfString(texts(batch, Entry::scope))
        .addArrayOfLong(
            batch.stream().map(w -> w.entry().slot().list().value()).toArray(Long[]::new))
        .addArrayOfInteger(integers(batch, e -> e.slot().index()))
        .addArrayOfUUID(uuids(batch, e -> e.assertion().map(Entry.SingleUse::key).orElse(null)))
        .addArrayOfOffsetDateTime(times(batch))
        .addArrayOfUUID(uuids(batch, e -> e.idempotency().map(Entry.Idempotency::key).orElse(null)))
        .addArrayOfUUID(
            uuids(batch, e -> e.idempotency().map(Entry.Idempotency::fingerprint).orElse(null)))
        .addArrayOfString(texts(batch, Entry::requestId))
        .addArrayOfBoolean(batch.stream().map(w -> w.entry().announce()).toArray(Boolean[]::new))
        .addArrayOfUUID(uuids(batch, e -> Uuids.next(clock)))
        .addArrayOfString(texts(batch, e -> e.jkt().orElse(null)))
        .addDouble(dev.mayfly.store.Seconds.of(idempotencyWindow))
        .addArrayOfString(texts(batch, e -> e.acting().map(Entry.Acting::json).orElse(null)));
  }

  static int position(Row row) {
    return Math.toIntExact(row.getLong("n")) - 1;
  }

  static Verdict verdict(Row row) {
    return switch (row.getString("final")) {
      case "RECORDED" ->
          new Verdict.Recorded(instant(row, "issued_at"), instant(row, "expires_at"));
      case "REDELIVER" -> new Verdict.Redeliver();
      case String reason -> new Verdict.Rejected(Verdict.Reason.valueOf(reason));
    };
  }

  private static Instant instant(Row row, String column) {
    return row.getOffsetDateTime(column).toInstant();
  }

  private static UUID[] uuids(List<Waiting> batch, Function<Entry, @Nullable UUID> of) {
    return batch.stream().map(w -> of.apply(w.entry())).toArray(UUID[]::new);
  }

  private static String[] texts(List<Waiting> batch, Function<Entry, @Nullable String> of) {
    return batch.stream().map(w -> of.apply(w.entry())).toArray(String[]::new);
  }

  private static Integer[] integers(List<Waiting> batch, Function<Entry, Integer> of) {
    return batch.stream().map(w -> of.apply(w.entry())).toArray(Integer[]::new);
  }

  private static OffsetDateTime[] times(List<Waiting> batch) {
    return batch.stream()
        .map(w -> w.entry().assertion().map(a -> a.until().atOffset(ZoneOffset.UTC)).orElse(null))
        .toArray(OffsetDateTime[]::new);
  }
}
