package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Seconds;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.time.ZoneOffset;

/** Files requests: where the grant machine begins for whoever has to ask. */
@ApplicationScoped
public class GrantRequests {

  private static final String FILE =
      """
      WITH rests AS ( -- by primary keys: nothing outlives what it rests on
        SELECT min(r.expires_at) AS ends_at FROM grants r WHERE r.id = ANY (ARRAY[$27::uuid, $28::uuid])
      ), agent AS (
        SELECT jsonb_build_object('actsFor', $11::text, 'task', $26::text) AS says WHERE $25::uuid IS NOT NULL
      ), filed AS (
        INSERT INTO grants AS g (id, identity_id, requested_by, role, kind, state, reason, duration, requested_at,
                                 starts_at, authority_ends_at, deadline, policy_version, ask, bundle, extends,
                                 approval_waits, idle, break_glass, review_within, escalate_at, escalate_to, acts_for,
                                 task, parent, part_of)
        SELECT $1, $2, $14, $3, 'REQUESTED', 'REQUESTED', $4, make_interval(secs => $5), mayfly_now(), $6,
               LEAST($7, r.ends_at, (SELECT i.mint_until FROM identities i WHERE i.id = $2 AND $25::uuid IS NOT NULL)),
               LEAST(mayfly_now() + make_interval(secs => $8), r.ends_at,
                     (SELECT o.expires_at FROM grants o WHERE o.id = $17)), $9, $15, $16, $17, make_interval(secs => $18),
               make_interval(secs => $19), $20::float8 IS NOT NULL, make_interval(secs => $20),
               mayfly_now() + make_interval(secs => $22), $23, $25, $26, $27, $28
        FROM rests r
        RETURNING g.id, g.identity_id, g.ask, mayfly_told(g) AS told
      ), message AS (
        INSERT INTO outbox (id, at, topic, key, payload)
        SELECT $10, mayfly_now(), CASE WHEN $20::float8 IS NULL THEN 'grant.request' ELSE 'grant.break-glass' END,
               'grant:' || f.id,
               f.told || jsonb_build_object('actor', $11::text, 'asked', $21::jsonb)
        FROM filed f
      )
      INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id,
                                policy_version, request_id, detail)
      SELECT $10, mayfly_now(), 'grant.request', 'SUCCESS', $11, $12, 'grant:' || f.id, f.identity_id, f.id, $9, $13,
             jsonb_build_object('role', $3::text, 'reason', $4::text, 'ask', f.ask)
               || $24::jsonb || COALESCE((SELECT a.says FROM agent a), '{}')
      FROM filed f
      """;

  private final InstantSource clock;
  private final GrantConfig config;

  public GrantRequests(InstantSource clock, GrantConfig config) {
    this.clock = clock;
    this.config = config;
  }

  /** Files a request as part of the transaction {@code client} is in. */
  public Uni<GrantId> file(SqlClient client, GrantRequest request, Because because) {
    return file(client, request, because, new JsonObject());
  }

  /**
   * As above.
   *
   * @param asked who is asked to decide, in words, for the message that tells them
   */
  public Uni<GrantId> file(
      SqlClient client, GrantRequest request, Because because, JsonObject asked) {
    GrantId id = new GrantId(Uuids.next(clock));
    GrantRequest.Clocks clocks = request.clocks();
    Tuple parameters =
        Tuple.tuple()
            .addUUID(id.value())
            .addUUID(request.identity().value())
            .addString(request.role())
            .addString(request.reason())
            .addDouble(Seconds.of(request.duration()))
            .addOffsetDateTime(
                request.startsAt().map(at -> at.atOffset(ZoneOffset.UTC)).orElse(null))
            .addOffsetDateTime(request.authorityEndsAt().atOffset(ZoneOffset.UTC))
            .addDouble(Seconds.of(clocks.request().orElse(config.requestWaits())))
            .addLong(request.policyVersion())
            .addUUID(Uuids.next(clock))
            .addString(because.actor())
            .addString(because.cause())
            .addString(because.requestId())
            .addUUID(request.requestedBy().value())
            .addJsonObject(request.ask())
            .addUUID(request.bundle().orElse(null))
            .addUUID(request.extending().map(GrantId::value).orElse(null))
            .addDouble(clocks.approval().map(Seconds::of).orElse(null))
            .addDouble(clocks.idle().map(Seconds::of).orElse(null))
            .addDouble(request.reviewWithin().map(Seconds::of).orElse(null))
            .addJsonObject(asked)
            .addDouble(request.escalation().map(one -> Seconds.of(one.after())).orElse(null))
            .addString(request.escalation().map(one -> one.rule().text()).orElse(null))
            .addJsonObject(Because.detail(because.facts()))
            .addUUID(request.acting().map(a -> a.person().value()).orElse(null))
            .addString(request.acting().map(GrantRequest.Acting::task).orElse(null))
            .addUUID(request.acting().map(a -> a.session().value()).orElse(null))
            .addUUID(
                request
                    .acting()
                    .flatMap(GrantRequest.Acting::partOf)
                    .map(GrantId::value)
                    .orElse(null));
    return client.preparedQuery(FILE).execute(parameters).replaceWith(id);
  }

  /**
   * Files a request, approved and begun, as part of the transaction {@code client} is in.
   *
   * @return refused as its activation would be when its authority has ended
   */
  Uni<Outcome<Grant>> fileBegun(
      SqlClient client, GrantRequest request, AtOnce.Steps steps, JsonObject asked) {
    return client
        .preparedQuery(AtOnce.SQL)
        .execute(AtOnce.parameters(request, steps, asked, clock, config))
        .map(GrantRequests::begun);
  }

  private static Outcome<Grant> begun(RowSet<Row> rows) {
    for (Row row : rows) {
      return Outcome.ok(Grant.from(row));
    }
    return Outcome.refused(
        new Refusal.Conflict("grant-state", "the authority for it ended a moment ago"));
  }
}
