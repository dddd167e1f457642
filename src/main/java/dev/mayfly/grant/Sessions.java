package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.Identities;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import dev.mayfly.store.Seconds;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.time.ZoneOffset;

/**
 * Logins of people. A session is a grant of kind SESSION over the role that the policy gives who
 * logs in (docs/decisions/0007): its credentials, its end and its revocation are those of any
 * grant, and what the provider said of the person stands beside it.
 */
@ApplicationScoped
public class Sessions {

  /*
   * One statement: the grant, its audit event and what the provider said, or none of them. The person is held, or a
   * suspension that commits on the way would be seen by the foreign key only, which asks for no state.
   */
  private static final String OPEN =
      """
      WITH made AS (
        INSERT INTO grants AS g (id, identity_id, role, kind, state, duration, requested_at, decided_at, decided_by,
                                 activated_at, expires_at, authority_ends_at, deadline, policy_version, cause)
        SELECT $1, i.id, $3, 'SESSION', 'ACTIVE', make_interval(secs => $4), mayfly_now(), mayfly_now(), 'system:policy',
               mayfly_now(), LEAST(mayfly_now() + make_interval(secs => $4), $5::timestamptz), $5,
               LEAST(mayfly_now() + make_interval(secs => $4), $5::timestamptz), $6, 'login'
        FROM identities i
        WHERE i.id = $2 AND i.state = 'ACTIVE' AND i.mint_until > mayfly_now() AND $5::timestamptz > mayfly_now()
        FOR KEY SHARE OF i
        RETURNING g.id, g.identity_id, g.expires_at
      ), told AS (
        INSERT INTO audit_events (id, at, action, outcome, actor, cause, subject, identity_id, grant_id,
                                  policy_version, request_id, detail)
        SELECT $7, mayfly_now(), 'grant.activate', 'SUCCESS', $8, 'login', 'grant:' || m.id, m.identity_id, m.id, $6, $9,
               jsonb_build_object('role', $3::text, 'trust', $10::text, 'expiresAt', m.expires_at)
        FROM made m
      )
      INSERT INTO sessions (grant_id, identity_id, trust, subject, provider_sid, claims, claims_at, auth_time)
      SELECT m.id, m.identity_id, $10, $11, $12, $13, mayfly_now(), $14 FROM made m
      """;

  /* By primary keys. */
  private static final String PERSON =
      """
      SELECT i.id, i.name, i.entry, s.grant_id, s.trust, s.claims, s.auth_time
      FROM sessions s
      JOIN grants g ON g.id = s.grant_id AND g.state = 'ACTIVE' AND g.expires_at > mayfly_now()
      JOIN identities i ON i.id = s.identity_id AND i.state = 'ACTIVE' AND i.mint_until > mayfly_now()
      WHERE s.grant_id = $1
      """;

  /* By sessions_by_identity. */
  private static final String KNOWN =
      """
      SELECT * FROM (
        SELECT i.id, i.name, i.entry, s.grant_id, s.trust, s.claims, s.auth_time, s.refused_at
        FROM identities i JOIN sessions s ON s.identity_id = i.id
        WHERE i.name = $1 AND i.state = 'ACTIVE' AND i.mint_until > mayfly_now()
        ORDER BY COALESCE(s.refused_at, s.claims_at) DESC, s.refused_at NULLS FIRST LIMIT 1
      ) newest
      WHERE refused_at IS NULL
      """;

  private final Database database;
  private final Identities identities;
  private final Subjects subjects;
  private final InstantSource clock;

  public Sessions(
      Database database, Identities identities, Subjects subjects, InstantSource clock) {
    this.database = database;
    this.identities = identities;
    this.subjects = subjects;
    this.clock = clock;
  }

  /** Opens a session; refused when the identity may not come in, or is somebody else. */
  public Uni<Outcome<GrantId>> open(LoggedIn login, CompiledPolicy policy, String requestId) {
    return identities
        .idOf(login.proven(), policy)
        .chain(known -> known.thenUni(id -> open(id, login, policy.version(), requestId)));
  }

  private Uni<Outcome<GrantId>> open(
      IdentityId identity, LoggedIn login, long policyVersion, String requestId) {
    return database.inTransaction(
        tx ->
            subjects
                .claim(tx, identity, login, policyVersion, requestId)
                .chain(
                    theirs ->
                        theirs.thenUni(
                            yes -> insert(tx, identity, login, policyVersion, requestId)))
                // Who gets no session has claimed no name.
                .chain(opened -> Database.orRollback(tx, opened)));
  }

  private Uni<Outcome<GrantId>> insert(
      SqlConnection tx, IdentityId identity, LoggedIn login, long policyVersion, String requestId) {
    GrantId session = new GrantId(Uuids.next(clock));
    Tuple parameters =
        Tuple.tuple()
            .addUUID(session.value())
            .addUUID(identity.value())
            .addString(login.role())
            .addDouble(Seconds.of(login.lasts()))
            .addOffsetDateTime(login.authorityEndsAt().atOffset(ZoneOffset.UTC))
            .addLong(policyVersion)
            .addUUID(Uuids.next(clock))
            .addString(login.proven().name())
            .addString(requestId)
            .addString(login.trust())
            .addString(login.subject())
            .addString(login.providerSession().orElse(null))
            .addJsonObject(new JsonObject(login.proven().attributes()))
            .addOffsetDateTime(login.authTime().atOffset(ZoneOffset.UTC));
    return tx.preparedQuery(OPEN)
        .execute(parameters)
        .map(
            made ->
                made.rowCount() == 1
                    ? Outcome.ok(session)
                    : Outcome.refused(
                        new Refusal.Denied(
                            "identity-inactive", login.proven().name() + " is not active")));
  }

  /**
   * Who is logged in under this grant, judged by this version of the policy: somebody whose claims
   * no longer meet their entry's condition is nobody here.
   *
   * @return refused with {@code session-ended} when there is no such person (any more)
   */
  public Uni<Outcome<Person>> person(GrantId session, CompiledPolicy policy) {
    return database.run(PERSON, Tuple.of(session.value())).map(rows -> judge(rows, policy));
  }

  /** Somebody by their SPIFFE ID, as their provider last described them, logged in or not. */
  public Uni<Outcome<Person>> known(String name, CompiledPolicy policy) {
    return database
        .run(KNOWN, Tuple.of(name))
        .map(
            rows ->
                judge(rows, policy) instanceof Outcome.Ok<Person>(Person person)
                    ? Outcome.ok(person)
                    : Outcome.refused(
                        new Refusal.Forbidden(
                            "person-unknown", "nobody of this name has ever logged in here")));
  }

  private Outcome<Person> judge(RowSet<Row> rows, CompiledPolicy policy) {
    for (Row row : rows) {
      return People.person(row, policy, clock.instant())
          .map(Outcome::ok)
          .orElseGet(() -> ended("its claims no longer meet the policy"));
    }
    return ended("it has ended");
  }

  private static <T> Outcome<T> ended(String why) {
    return Outcome.refused(
        new Refusal.Unauthenticated("session-ended", "the session is not live: " + why));
  }
}
