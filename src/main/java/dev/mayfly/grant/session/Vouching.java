package dev.mayfly.grant.session;

import dev.mayfly.grant.Because;
import dev.mayfly.identity.login.AskedAgain;
import dev.mayfly.identity.login.LoginLimits;
import dev.mayfly.identity.login.RelyingParty;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Login;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Seconds;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;

/**
 * Asks a person's provider again, whenever a device renews its session and whenever a browser shows
 * one that was not vouched for lately: a group removed there is gone here, a refusal ends the
 * session, and silence leaves it as it is.
 */
@ApplicationScoped
public class Vouching {

  /*
   * The token stands with the browser's session. One node asks at a time, for longer than all its calls may take: a
   * provider may take a token once only, and whoever comes meanwhile goes on with what was said a moment ago.
   * "asking_until" stays, in the past, where no answer came back: then the provider may have used the token up.
   */
  private static final String CLAIM =
      """
      WITH before AS (
        SELECT s.grant_id, s.asking_until IS NOT NULL AS unheard FROM sessions s
        WHERE s.grant_id = (SELECT COALESCE(g.parent, g.id) FROM grants g WHERE g.id = $1)
          AND s.provider_token IS NOT NULL AND s.claims_at <= mayfly_now() - make_interval(secs => $2)
          AND (s.asking_until IS NULL OR s.asking_until <= mayfly_now())
        FOR UPDATE
      )
      UPDATE sessions s SET asking_until = mayfly_now() + interval '2 minutes'
      FROM before b WHERE s.grant_id = b.grant_id
      RETURNING s.grant_id, s.trust, s.subject, s.provider_token, b.unheard, mayfly_now() AS asked_at
      """;

  /* What hangs on the session says the same; the audit tells when it says something new. */
  private static final String STILL =
      """
      WITH mine AS (
        SELECT s.grant_id, s.claims AS before FROM sessions s JOIN grants g ON g.id = s.grant_id
        WHERE g.id = $1 OR (g.parent = $1 AND g.kind = 'SESSION')
      ), changed AS (
        UPDATE sessions s SET
          claims = $2, claims_at = $7,
          provider_token = CASE WHEN s.grant_id = $1 THEN COALESCE($3, s.provider_token) ELSE s.provider_token END,
          asking_until = NULL
        FROM mine m WHERE s.grant_id = m.grant_id
        RETURNING s.grant_id, s.identity_id, m.before IS DISTINCT FROM s.claims AS differs
      )
      INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id, policy_version,
                                request_id)
      SELECT $4, mayfly_now(), 'session.change', 'SUCCESS', 'system:provider', 'claims changed at the provider',
             'grant:' || c.grant_id, c.identity_id, c.grant_id, $5, $6
      FROM changed c WHERE c.grant_id = $1 AND c.differs
      """;

  /* By sessions_by_identity; those that say most first. */
  private static final String ELSEWHERE =
      """
      SELECT o.grant_id FROM sessions s
      JOIN sessions o ON o.identity_id = s.identity_id AND o.grant_id <> s.grant_id AND o.provider_token IS NOT NULL
      JOIN grants g ON g.id = o.grant_id AND g.kind = 'SESSION' AND g.state = 'ACTIVE' AND g.expires_at > mayfly_now()
      WHERE s.grant_id = $1
      ORDER BY o.claims_at DESC LIMIT 10
      """;

  private static final String SILENT =
      "UPDATE sessions SET asking_until = mayfly_now() WHERE grant_id = $1";

  private final Database database;
  private final RelyingParty provider;
  private final SessionEnds ends;
  private final InstantSource clock;
  private final Duration vouchedFor;

  public Vouching(
      Database database,
      RelyingParty provider,
      SessionEnds ends,
      InstantSource clock,
      LoginLimits limits) {
    this.database = database;
    this.provider = provider;
    this.ends = ends;
    this.clock = clock;
    this.vouchedFor = limits.vouchedFor();
  }

  /**
   * One asking.
   *
   * @param elsewhereToo whether a refusal has the person's other sessions asked about
   */
  private record Asking(CompiledPolicy policy, String requestId, boolean elsewhereToo) {}

  /** Asks about whoever holds this session, if anybody can be asked. */
  public Uni<Void> ask(GrantId session, CompiledPolicy policy, String requestId) {
    return ask(session, Duration.ZERO, new Asking(policy, requestId, true));
  }

  /** As {@link #ask}, unless the provider has vouched for them a moment ago. */
  public Uni<Void> askUnlessLately(GrantId session, CompiledPolicy policy, String requestId) {
    return ask(session, vouchedFor, new Asking(policy, requestId, true));
  }

  private Uni<Void> ask(GrantId session, Duration since, Asking asking) {
    return database
        .run(CLAIM, Tuple.of(session.value(), Seconds.of(since)))
        .chain(
            rows -> {
              for (Row row : rows) {
                return ask(row, asking);
              }
              return Uni.createFrom().voidItem();
            });
  }

  private Uni<Void> ask(Row row, Asking asking) {
    GrantId root = new GrantId(row.getUUID("grant_id"));
    Optional<Login> login =
        Optional.ofNullable(asking.policy().policy().logins().get(row.getString("trust")));
    if (login.isEmpty()) {
      return silent(root);
    }
    return provider
        .again(login.get(), row.getString("subject"), row.getBuffer("provider_token").getBytes())
        .chain(
            answer ->
                switch (answer) {
                  case AskedAgain.Still(Map<String, Object> claims, Optional<byte[]> token) ->
                      still(row, claims, token, asking);
                  case AskedAgain.Refused() ->
                      row.getBoolean("unheard")
                          ? ends.revoke(root, echo(asking.requestId()))
                          : refused(root, row.getOffsetDateTime("asked_at"), asking);
                  case AskedAgain.Silent() -> silent(root);
                });
  }

  /**
   * Another session of the person says nothing for them by being there: the provider may have
   * refused that one too. So it is asked about those first, and what the person holds stays only
   * where it has vouched for one.
   */
  private Uni<Void> refused(GrantId root, OffsetDateTime askedAt, Asking asking) {
    Uni<Void> elsewhere =
        asking.elsewhereToo() ? elsewhere(root, asking) : Uni.createFrom().voidItem();
    return elsewhere.chain(() -> ends.refused(root, askedAt, asking.requestId()));
  }

  private Uni<Void> elsewhere(GrantId root, Asking asking) {
    Asking once = new Asking(asking.policy(), asking.requestId(), false);
    return database
        .run(ELSEWHERE, Tuple.of(root.value()))
        .chain(
            rows ->
                Multi.createFrom()
                    .iterable(rows)
                    .onItem()
                    .transformToUniAndConcatenate(
                        row ->
                            ask(new GrantId(row.getUUID("grant_id")), Duration.ZERO, once)
                                .replaceWith(row))
                    .collect()
                    .last())
        .replaceWithVoid();
  }

  /**
   * A token that was used up by an asking whose answer was lost is refused too: that ends the
   * session, and says nothing of the person.
   */
  private static Because echo(String requestId) {
    return new Because(
        "system:provider", "refused by provider after an answer that was lost", requestId);
  }

  private Uni<Void> still(
      Row asked, Map<String, Object> claims, Optional<byte[]> token, Asking asking) {
    Tuple parameters =
        Tuple.tuple()
            .addUUID(asked.getUUID("grant_id"))
            .addJsonObject(new JsonObject(claims))
            .addValue(token.map(Buffer::buffer).orElse(null))
            .addUUID(Uuids.next(clock))
            .addLong(asking.policy().version())
            .addString(asking.requestId())
            .addOffsetDateTime(asked.getOffsetDateTime("asked_at"));
    return database.run(STILL, parameters).replaceWithVoid();
  }

  private Uni<Void> silent(GrantId root) {
    return database.run(SILENT, Tuple.of(root.value())).replaceWithVoid();
  }
}
