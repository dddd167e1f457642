package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Seconds;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;

/**
 * The grant machine (design section 5): every arrow is one conditional UPDATE with its one audit
 * event, its outbox message, and where an ACTIVE grant ends early, the revocation its credentials
 * are listed by. Two callers that race for a grant meet in its row: one moves it, the other finds
 * no row to move. {@link AtOnce} alone writes three arrows in one statement. Whoever ends several
 * holds them all first ({@link HeldGrants}).
 */
@ApplicationScoped
public class GrantMachine {

  /*
   * By primary key, one row. $1 grant, $2 new state, $3 states it may come from, $4 actor, $5 cause, $6 how long an
   * approval waits for its activation, $7 action, $8 event id, $9 request id, $10 revocation id, $11 how long before its
   * end a holder is reminded, $12 what outside facts came to. The guards state the boundary: a deadline has passed at its very instant.
   * An extension lives on from the end of the grant it extends, so that there is no gap and nothing is given twice; once
   * that one is over there is nothing to go on from, and it neither is approved nor begins.
   */
  private static final String MOVE =
      """
      WITH life AS (
        SELECT LEAST(GREATEST(mayfly_now(), COALESCE(o.expires_at, mayfly_now())) + a.duration, a.authority_ends_at) AS ends_at,
               o.expires_at AS goes_on_at, a.extends IS NULL OR o.id IS NOT NULL AS without_gap
        FROM grants a
        LEFT JOIN grants o ON o.id = a.extends AND o.state = 'ACTIVE' AND o.expires_at > mayfly_now()
        WHERE a.id = $1
      ), moved AS (
        UPDATE grants g SET
          state        = $2,
          version      = g.version + 1,
          cause        = $5,
          policy_version = CASE WHEN $2 = 'REVOKED' THEN COALESCE((SELECT p.version FROM policy_active p), g.policy_version)
                                ELSE g.policy_version END,
          decided_at   = CASE WHEN $2 IN ('APPROVED', 'DENIED') THEN mayfly_now() ELSE g.decided_at END,
          decided_by   = CASE WHEN $2 IN ('APPROVED', 'DENIED') THEN $4 ELSE g.decided_by END,
          activated_at = CASE WHEN $2 = 'ACTIVE' THEN mayfly_now() ELSE g.activated_at END,
          expires_at   = CASE WHEN $2 = 'ACTIVE' THEN life.ends_at ELSE g.expires_at END,
          ended_at     = CASE WHEN $2 IN ('APPROVED', 'SCHEDULED', 'ACTIVE') THEN NULL ELSE mayfly_now() END,
          deadline     = CASE $2 WHEN 'APPROVED'  THEN LEAST(mayfly_now() + COALESCE(g.approval_waits, make_interval(secs => $6)),
                                                             life.goes_on_at)
                                 WHEN 'SCHEDULED' THEN g.starts_at
                                 WHEN 'ACTIVE'    THEN life.ends_at END,
          idle_at      = CASE WHEN $2 = 'ACTIVE' THEN mayfly_now() + g.idle END,
          escalate_at  = NULL,
          remind_at    = CASE WHEN $2 = 'ACTIVE' AND life.ends_at - make_interval(secs => $11) > mayfly_now()
                              THEN life.ends_at - make_interval(secs => $11) END,
          review_by    = CASE WHEN $2 = 'ACTIVE' THEN mayfly_now() + g.review_within ELSE g.review_by END
        FROM life
        WHERE g.id = $1 AND g.state = ANY ($3)
          AND CASE $2
                WHEN 'APPROVED'  THEN g.deadline > mayfly_now() AND life.without_gap
                WHEN 'SCHEDULED' THEN g.starts_at > mayfly_now()
                WHEN 'ACTIVE'    THEN g.authority_ends_at > mayfly_now() AND life.without_gap
                                  AND (g.starts_at IS NULL OR g.starts_at <= mayfly_now())
                                  AND (g.state = 'SCHEDULED' OR g.deadline > mayfly_now())
                WHEN 'LAPSED'    THEN g.deadline <= mayfly_now()
                WHEN 'EXPIRED'   THEN g.expires_at <= mayfly_now()
                WHEN 'RELEASED'  THEN g.expires_at > mayfly_now()
                ELSE true END
        RETURNING %s, mayfly_told(g) AS told
      ), told AS (
        INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id,
                                  policy_version, request_id, detail)
        SELECT $8, mayfly_now(), $7, 'SUCCESS', $4, $5, 'grant:' || m.id, m.identity_id, m.id, m.policy_version, $9,
               CASE WHEN m.acts_for IS NULL THEN $12::jsonb
                    ELSE COALESCE($12::jsonb, '{}') || jsonb_build_object('actsFor', m.acts_for_name, 'task', m.task) END
        FROM moved m
      ), taken_back AS (
        INSERT INTO revocations (id, at, scope, grant_id, by_whom, reason)
        SELECT $10, mayfly_now(), 'GRANT', m.id, $4, $5
        FROM moved m WHERE m.activated_at IS NOT NULL AND m.state IN ('RELEASED', 'REVOKED')
        RETURNING pg_notify('mayfly_revocation', '')
      ), message AS (
        INSERT INTO outbox (id, at, topic, key, payload)
        SELECT $8, mayfly_now(), $7, 'grant:' || m.id,
               m.told || jsonb_build_object('cause', $5::text, 'actor', $4::text)
        FROM moved m
      )
      SELECT * FROM moved
      """
          .formatted(Grant.COLUMNS);

  private final InstantSource clock;
  private final GrantConfig config;

  public GrantMachine(InstantSource clock, GrantConfig config) {
    this.clock = clock;
    this.config = config;
  }

  /**
   * Moves one grant along one arrow, as part of whatever transaction {@code client} is in. Refused
   * with {@code grant-state} when the arrow does not leave from where the grant is now.
   */
  public Uni<Outcome<Grant>> move(SqlClient client, GrantId id, Move move, Because because) {
    return moveAlone(client, id, move, because)
        .chain(moved -> moved.thenUni(grant -> endDependents(client, grant, because)));
  }

  /**
   * What is taken back before its time takes with it what rests on it: a device's session, an
   * agent's grant, an extension, and what rests on those. One that runs out by itself need not:
   * nothing that rests on it outlives it, and an extension is made to.
   */
  private Uni<Outcome<Grant>> endDependents(SqlClient client, Grant grant, Because because) {
    boolean early = grant.state() == GrantState.RELEASED || grant.state() == GrantState.REVOKED;
    if (!early) {
      return Uni.createFrom().item(Outcome.ok(grant));
    }
    return HeldGrants.with(client, grant.id())
        .chain(
            held ->
                Multi.createFrom()
                    .iterable(held)
                    .filter(one -> !one.equals(grant.id()))
                    .onItem()
                    .transformToUniAndConcatenate(one -> endDependent(client, one, because))
                    .collect()
                    .last())
        .replaceWith(Outcome.ok(grant));
  }

  /** One arrow of one that is held: what rests on it is held, too, and has its own turn. */
  private Uni<Outcome<Grant>> endDependent(SqlClient client, GrantId id, Because because) {
    Because with = new Because(because.actor(), "ended with what it rests on", because.requestId());
    return moveAlone(client, id, Move.REVOKE, with)
        .chain(
            moved ->
                moved instanceof Outcome.Refused
                    ? moveAlone(client, id, Move.CANCEL, with)
                    : Uni.createFrom().item(moved));
  }

  private Uni<Outcome<Grant>> moveAlone(SqlClient client, GrantId id, Move move, Because because) {
    return client
        .preparedQuery(MOVE)
        .execute(parameters(id, move, because))
        .map(rows -> outcome(rows, id, move));
  }

  private Tuple parameters(GrantId id, Move move, Because because) {
    Duration approvalWaits = config.approvalWaits();
    UUID event = Uuids.next(clock);
    return Tuple.tuple()
        .addUUID(id.value())
        .addString(move.to().name())
        .addArrayOfString(move.from().stream().map(Enum::name).toArray(String[]::new))
        .addString(because.actor())
        .addString(because.cause())
        .addDouble(Seconds.of(approvalWaits))
        .addString(move.action())
        .addUUID(event)
        .addString(because.requestId())
        .addUUID(Uuids.next(clock))
        .addDouble(Seconds.of(config.reminder()))
        .addJsonObject(because.facts().isEmpty() ? null : Because.detail(because.facts()));
  }

  private static Outcome<Grant> outcome(RowSet<Row> rows, GrantId id, Move move) {
    for (Row row : rows) {
      return Outcome.ok(Grant.from(row));
    }
    return Outcome.refused(
        new Refusal.Conflict(
            "grant-state", "grant " + id + " cannot " + move.action() + " from where it is now"));
  }
}
