package dev.mayfly.grant.session;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.Because;
import dev.mayfly.grant.GrantMachine;
import dev.mayfly.grant.Move;
import dev.mayfly.identity.login.LoginLimits;
import dev.mayfly.key.OpaqueToken;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Seconds;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;

/**
 * Refresh tokens (RFC 6749 6, RFC 9700 4.14): bound to a key and good once. One that is shown again
 * later was copied, and ends its session; within a short grace it stands for an answer that was
 * lost on its way.
 */
@ApplicationScoped
public class RefreshTokens {

  private static final String ISSUE =
      """
      INSERT INTO refresh_tokens (hash, session, until)
      SELECT $1, g.id, g.expires_at FROM grants g WHERE g.id = $2
      """;

  /* By primary keys; of two uses at one moment one comes second. */
  private static final String FIND =
      """
      SELECT t.session, t.used_at IS NULL AS fresh, s.jkt = $2 AS same_key,
             t.used_at > mayfly_now() - make_interval(secs => $3) AS lost,
             g.state = 'ACTIVE' AND g.expires_at > mayfly_now() AS live
      FROM refresh_tokens t
      JOIN sessions s ON s.grant_id = t.session
      JOIN grants g ON g.id = t.session
      WHERE t.hash = $1
      FOR UPDATE OF t
      """;

  private static final String USE =
      "UPDATE refresh_tokens SET used_at = mayfly_now() WHERE hash = $1";

  /* By primary keys. */
  private static final String IS_GIVEN =
      """
      SELECT 1 FROM refresh_tokens t JOIN sessions s ON s.grant_id = t.session
      WHERE t.hash = $1 AND s.jkt = $2
      """;

  private static final String SESSION = "SELECT session FROM refresh_tokens WHERE hash = $1";

  private final Database database;
  private final GrantMachine machine;
  private final Duration grace;

  public RefreshTokens(Database database, GrantMachine machine, LoginLimits limits) {
    this.database = database;
    this.machine = machine;
    this.grace = limits.renewalGrace();
  }

  /** A first or a next token of this session, in the caller's transaction. */
  Uni<String> issue(SqlClient tx, GrantId session) {
    String token = OpaqueToken.fresh();
    return tx.preparedQuery(ISSUE)
        .execute(Tuple.of(hash(token), session.value()))
        .replaceWith(token);
  }

  /** Whether a session with this key was given this token, whatever has become of either. */
  public Uni<Boolean> isGiven(String token, String jkt) {
    return database.run(IS_GIVEN, Tuple.of(hash(token), jkt)).map(rows -> rows.size() > 0);
  }

  /** The session of a token, whatever has become of either. */
  public Uni<Optional<GrantId>> session(String token) {
    return database
        .run(SESSION, Tuple.of(hash(token)))
        .map(
            rows -> {
              for (Row row : rows) {
                return Optional.of(new GrantId(row.getUUID("session")));
              }
              return Optional.empty();
            });
  }

  /**
   * Takes a token and gives the next one.
   *
   * @param jkt thumbprint of the key that was shown with it
   */
  public Uni<Outcome<Renewed>> use(String token, String jkt, String requestId) {
    Buffer hash = hash(token);
    return database.inTransaction(
        tx ->
            tx.preparedQuery(FIND)
                .execute(Tuple.of(hash, jkt, Seconds.of(grace)))
                .chain(
                    rows -> {
                      for (Row row : rows) {
                        return judge(tx, row, hash, requestId);
                      }
                      return refused("there is no such refresh token");
                    }));
  }

  private Uni<Outcome<Renewed>> judge(SqlConnection tx, Row row, Buffer hash, String requestId) {
    GrantId session = new GrantId(row.getUUID("session"));
    if (!Boolean.TRUE.equals(row.getBoolean("same_key"))) {
      return refused("the refresh token is bound to another key");
    }
    if (!row.getBoolean("live")) {
      return refused("the session has ended");
    }
    if (row.getBoolean("fresh")) {
      return tx.preparedQuery(USE).execute(Tuple.of(hash)).chain(used -> next(tx, session));
    }
    return Boolean.TRUE.equals(row.getBoolean("lost"))
        ? next(tx, session)
        : machine
            .move(
                tx,
                session,
                Move.REVOKE,
                new Because("system:sessions", "refresh token shown twice", requestId))
            .chain(ended -> refused("the refresh token was used before; its session has ended"));
  }

  private Uni<Outcome<Renewed>> next(SqlConnection tx, GrantId session) {
    return issue(tx, session).map(token -> Outcome.ok(new Renewed(session, token)));
  }

  private static Buffer hash(String token) {
    return Buffer.buffer(OpaqueToken.hash(token));
  }

  private static <T> Uni<Outcome<T>> refused(String why) {
    return Uni.createFrom()
        .item(Outcome.refused(new Refusal.BadGrant("refresh-token-refused", why)));
  }
}
