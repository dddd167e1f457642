package dev.mayfly.grant.session;

import dev.mayfly.Outcome;
import dev.mayfly.grant.LoggedIn;
import dev.mayfly.grant.Person;
import dev.mayfly.grant.Sessions;
import dev.mayfly.identity.login.Confirmed;
import dev.mayfly.identity.login.LoginLimits;
import dev.mayfly.key.OpaqueToken;
import dev.mayfly.policy.Allowed;
import dev.mayfly.policy.Ask;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Subject;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Sessions as browsers hold them: by a cookie of which only the hash is kept. */
@ApplicationScoped
public class BrowserSessions {

  private static final String BY_COOKIE = "SELECT grant_id FROM sessions WHERE cookie_hash = $1";

  private static final String ATTACH =
      "UPDATE sessions SET cookie_hash = $2, provider_token = $3 WHERE grant_id = $1";

  /*
   * The same person proved anew who they are: their session, and what hangs on it, says so. The cookie is a new one.
   */
  private static final String REFRESH =
      """
      WITH mine AS (
        SELECT g.id FROM grants g
        WHERE (g.id = $1 OR g.parent = $1) AND g.kind = 'SESSION' AND g.state = 'ACTIVE' AND g.expires_at > mayfly_now()
      ), told AS (
        INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id, policy_version,
                                  request_id)
        SELECT $10, mayfly_now(), 'session.change', 'SUCCESS', $2, 'fresh login', 'grant:' || s.grant_id, s.identity_id,
               s.grant_id, $11, $12
        FROM sessions s JOIN mine m ON m.id = s.grant_id
        WHERE s.grant_id = $1 AND s.trust = $3 AND s.subject = $4
          AND (SELECT i.name FROM identities i WHERE i.id = s.identity_id) = $2
      )
      UPDATE sessions s SET
        claims = $5, claims_at = mayfly_now(), auth_time = $6, provider_sid = $7,
        cookie_hash = CASE WHEN s.grant_id = $1 THEN $8 ELSE s.cookie_hash END,
        provider_token = CASE WHEN s.grant_id = $1 THEN COALESCE($9, s.provider_token) ELSE s.provider_token END
      WHERE s.grant_id IN (SELECT id FROM mine) AND s.trust = $3 AND s.subject = $4
        AND (SELECT i.name FROM identities i WHERE i.id = s.identity_id) = $2
      """;

  private final Database database;
  private final Sessions sessions;
  private final Vouching vouching;
  private final SessionEnds ends;
  private final InstantSource clock;
  private final Duration unvouchedLasts;

  public BrowserSessions(
      Database database,
      Sessions sessions,
      Vouching vouching,
      SessionEnds ends,
      InstantSource clock,
      LoginLimits limits) {
    this.database = database;
    this.sessions = sessions;
    this.vouching = vouching;
    this.ends = ends;
    this.clock = clock;
    this.unvouchedLasts = limits.unvouchedLasts();
  }

  /**
   * Who holds this cookie; empty when nobody is logged in by it (any more). A session that was not
   * vouched for lately is asked about first: a browser's is worth no more than a device's.
   */
  public Uni<Optional<Person>> person(String cookie, CompiledPolicy policy, String requestId) {
    return session(cookie)
        .chain(
            found ->
                found
                    .map(id -> person(id, policy, requestId))
                    .orElseGet(() -> Uni.createFrom().item(Optional.empty())));
  }

  private Uni<Optional<Person>> person(GrantId session, CompiledPolicy policy, String requestId) {
    return vouching
        .askUnlessLately(session, policy, requestId)
        .chain(() -> sessions.person(session, policy))
        .chain(
            found ->
                switch (found) {
                  case Outcome.Ok<Person>(Person person) ->
                      Uni.createFrom().item(Optional.of(person));
                  case Outcome.Refused<Person> nobody ->
                      ends.forgotten(session, requestId).replaceWith(Optional.empty());
                });
  }

  /**
   * Logs in whom the provider has confirmed: the present session is brought up to date when it is
   * theirs, a new one opened otherwise.
   *
   * @param present the cookie that the browser had
   * @param next the cookie that it gets
   */
  public Uni<Outcome<GrantId>> logIn(
      Confirmed confirmed,
      Optional<String> present,
      String next,
      CompiledPolicy policy,
      String requestId) {
    return present
        .map(this::session)
        .orElseGet(() -> Uni.createFrom().item(Optional.empty()))
        .chain(
            found ->
                found
                    .map(id -> refresh(id, confirmed, next, policy.version(), requestId))
                    .orElseGet(() -> Uni.createFrom().item(Optional.empty())))
        .chain(
            kept ->
                kept.map(id -> Uni.createFrom().item(Outcome.ok(id)))
                    .orElseGet(() -> open(confirmed, next, policy, requestId)));
  }

  private Uni<Optional<GrantId>> refresh(
      GrantId session, Confirmed confirmed, String next, long policyVersion, String requestId) {
    Tuple parameters =
        Tuple.tuple()
            .addUUID(session.value())
            .addString(confirmed.proven().name())
            .addString(confirmed.entry().login().id())
            .addString(confirmed.subject())
            .addJsonObject(new JsonObject(confirmed.proven().attributes()))
            .addOffsetDateTime(confirmed.authTime().atOffset(ZoneOffset.UTC))
            .addString(confirmed.session().orElse(null))
            .addValue(hash(next))
            .addValue(confirmed.refreshToken().map(Buffer::buffer).orElse(null))
            .addUUID(Uuids.next(clock))
            .addLong(policyVersion)
            .addString(requestId);
    return database
        .run(REFRESH, parameters)
        .map(changed -> changed.rowCount() > 0 ? Optional.of(session) : Optional.empty());
  }

  private Uni<Outcome<GrantId>> open(
      Confirmed confirmed, String next, CompiledPolicy policy, String requestId) {
    return loggedIn(confirmed, policy)
        .thenUni(login -> sessions.open(login, policy, requestId))
        .chain(opened -> opened.thenUni(id -> attach(id, confirmed, next)));
  }

  /** Who has no right to their own session role gets no session. */
  private Outcome<LoggedIn> loggedIn(Confirmed confirmed, CompiledPolicy policy) {
    Subject subject =
        new Subject(
            confirmed.proven().name(), confirmed.proven().entry(), confirmed.proven().attributes());
    String role = confirmed.entry().role().id();
    Ask ask = new Ask(Optional.of(role), Set.of(), List.of(), Optional.empty());
    return policy
        .decide(subject, ask, clock.instant())
        .then(allowed -> Outcome.ok(loggedIn(confirmed, allowed)));
  }

  private LoggedIn loggedIn(Confirmed confirmed, Allowed allowed) {
    return new LoggedIn(
        confirmed.proven(),
        allowed.role().id(),
        confirmed.entry().login().id(),
        confirmed.entry().login().issuer(),
        confirmed.subject(),
        confirmed.session(),
        confirmed.authTime(),
        lasts(confirmed),
        allowed.authorityEndsAt());
  }

  /** A provider that cannot be asked again is believed for a short time only. */
  private Duration lasts(Confirmed confirmed) {
    Duration session = confirmed.entry().login().session();
    return confirmed.refreshToken().isPresent() || session.compareTo(unvouchedLasts) <= 0
        ? session
        : unvouchedLasts;
  }

  private Uni<Outcome<GrantId>> attach(GrantId session, Confirmed confirmed, String cookie) {
    Tuple parameters =
        Tuple.tuple()
            .addUUID(session.value())
            .addValue(hash(cookie))
            .addValue(confirmed.refreshToken().map(Buffer::buffer).orElse(null));
    return database.run(ATTACH, parameters).replaceWith(Outcome.ok(session));
  }

  private Uni<Optional<GrantId>> session(String cookie) {
    return database
        .run(BY_COOKIE, Tuple.of(hash(cookie)))
        .map(
            rows -> {
              for (Row row : rows) {
                return Optional.of(new GrantId(row.getUUID("grant_id")));
              }
              return Optional.empty();
            });
  }

  private static Buffer hash(String cookie) {
    return Buffer.buffer(OpaqueToken.hash(cookie));
  }
}
