package dev.mayfly.grant;

import dev.mayfly.store.Seconds;
import dev.mayfly.store.Uuids;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one statement for what a person asks for, the policy approves and they begin in the same
 * moment: the row as three arrows of the grant machine would leave it, and what each of them tells.
 * Nobody could see it between the arrows, which were one transaction anyway; three versions of the
 * row in every index cost PostgreSQL more than all the rest of a request.
 */
final class AtOnce {

  /*
   * One row into each index of grants, three into audit_events and outbox (rule 8), in the order of the arrows. $12 to
   * $17 have one element an arrow. Nothing is filed whose authority has ended, as nothing is activated then.
   */
  static final String SQL =
      """
      WITH life AS (
        SELECT LEAST(mayfly_now() + make_interval(secs => $5), $6::timestamptz) AS ends_at
        WHERE $6 > mayfly_now()
      ), filed AS (
        INSERT INTO grants AS g (id, identity_id, requested_by, role, kind, state, reason, duration, requested_at,
                                 decided_at, decided_by, activated_at, expires_at, authority_ends_at, deadline,
                                 policy_version, version, cause, ask, approval_waits, idle, idle_at, remind_at,
                                 escalate_to)
        SELECT $1, $2, $2, $3, 'REQUESTED', 'ACTIVE', $4, make_interval(secs => $5), mayfly_now(), mayfly_now(),
               ($14::text[])[2], mayfly_now(), l.ends_at, $6, l.ends_at, $7, 2, ($15::text[])[3], $8,
               make_interval(secs => $9), make_interval(secs => $10), mayfly_now() + make_interval(secs => $10),
               CASE WHEN l.ends_at - make_interval(secs => $11) > mayfly_now()
                    THEN l.ends_at - make_interval(secs => $11) END, $20
        FROM life l
        RETURNING %s, mayfly_told(g) AS told
      ), arrows AS (
        SELECT a.*, f.id, f.identity_id, f.role, f.reason, f.ask, f.policy_version, f.told
        FROM filed f, unnest($12::uuid[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[])
          WITH ORDINALITY AS a (event_id, action, actor, cause, state, facts, n)
      ), told AS (
        INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id,
                                  policy_version, request_id, detail)
        SELECT a.event_id, mayfly_now(), a.action, 'SUCCESS', a.actor, a.cause, 'grant:' || a.id, a.identity_id, a.id,
               a.policy_version, $18,
               CASE WHEN a.n = 1 THEN jsonb_build_object('role', a.role, 'reason', a.reason, 'ask', a.ask)
                                      || COALESCE(a.facts::jsonb, '{}')
                    ELSE a.facts::jsonb END
        FROM arrows a ORDER BY a.n
      ), message AS (
        INSERT INTO outbox (id, at, topic, key, payload)
        SELECT a.event_id, mayfly_now(), a.action, 'grant:' || a.id,
               CASE a.state WHEN 'ACTIVE' THEN a.told ELSE a.told - 'expires_at' END
                 || jsonb_build_object('state', a.state, 'actor', a.actor)
                 || CASE WHEN a.n = 1 THEN jsonb_build_object('asked', $19::jsonb)
                         ELSE jsonb_build_object('cause', a.cause) END
        FROM arrows a ORDER BY a.n
      )
      SELECT * FROM filed
      """
          .formatted(Grant.COLUMNS);

  private AtOnce() {}

  /** One arrow: what it is called, where it leads, who moved along it and why. */
  private record Arrow(String action, GrantState state, Because because) {}

  /** Who asked, who approved, who began; the request id is that of who asked. */
  record Steps(Because asked, Because approved, Because begun) {
    private List<Arrow> arrows() {
      return List.of(
          new Arrow("grant.request", GrantState.REQUESTED, asked),
          new Arrow(Move.APPROVE.action(), Move.APPROVE.to(), approved),
          new Arrow(Move.ACTIVATE.action(), Move.ACTIVATE.to(), begun));
    }
  }

  static Tuple parameters(
      GrantRequest request,
      Steps steps,
      JsonObject asked,
      InstantSource clock,
      GrantConfig config) {
    List<Arrow> arrows = steps.arrows();
    GrantRequest.Clocks clocks = request.clocks();
    return Tuple.tuple()
        .addUUID(Uuids.next(clock))
        .addUUID(request.identity().value())
        .addString(request.role())
        .addString(request.reason())
        .addDouble(Seconds.of(request.duration()))
        .addOffsetDateTime(request.authorityEndsAt().atOffset(ZoneOffset.UTC))
        .addLong(request.policyVersion())
        .addJsonObject(request.ask())
        .addDouble(clocks.approval().map(Seconds::of).orElse(null))
        .addDouble(clocks.idle().map(Seconds::of).orElse(null))
        .addDouble(Seconds.of(config.reminder()))
        .addArrayOfUUID(arrows.stream().map(one -> Uuids.next(clock)).sorted().toArray(UUID[]::new))
        .addArrayOfString(texts(arrows, Arrow::action))
        .addArrayOfString(texts(arrows, one -> one.because().actor()))
        .addArrayOfString(texts(arrows, one -> one.because().cause()))
        .addArrayOfString(texts(arrows, one -> one.state().name()))
        .addArrayOfString(texts(arrows, AtOnce::facts))
        .addString(steps.asked().requestId())
        .addJsonObject(asked)
        .addString(request.escalation().map(one -> one.rule().text()).orElse(null));
  }

  private static @Nullable String facts(Arrow arrow) {
    return arrow.because().facts().isEmpty()
        ? null
        : Because.detail(arrow.because().facts()).encode();
  }

  private static String[] texts(List<Arrow> arrows, Function<Arrow, @Nullable String> of) {
    return arrows.stream().map(of).toArray(String[]::new);
  }
}
