package dev.mayfly.identity.login;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.key.OpaqueToken;
import dev.mayfly.store.Database;
import dev.mayfly.store.Seconds;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Logins that are under way, so that any node may take the provider's answer. Each is good once,
 * and only for the browser that began it.
 */
@ApplicationScoped
public class Attempts {

  private static final String BEGIN =
      """
      INSERT INTO login_attempts (state_hash, browser_hash, trust, nonce, verifier, max_age, acr, goes_on, begun_at, until)
      VALUES ($1, $2, $3, $4, $5, make_interval(secs => $6), $7, $8, mayfly_now(), mayfly_now() + make_interval(secs => $9))
      """;

  /* Deleted by whoever shows its state, in time or not: there is no second try with one state. */
  private static final String TAKE =
      """
      DELETE FROM login_attempts WHERE state_hash = $1
      RETURNING trust, nonce, verifier, extract(epoch FROM max_age)::float8 AS max_age, acr, goes_on, begun_at,
                browser_hash = $2 AND until > mayfly_now() AS good
      """;

  private final Database database;
  private final Duration lasts;

  public Attempts(Database database, LoginConfig config) {
    this.database = database;
    this.lasts = config.attemptLasts();
  }

  Uni<Void> begin(String state, String browser, Attempt attempt) {
    Tuple parameters =
        Tuple.tuple()
            .addValue(hash(state))
            .addValue(hash(browser))
            .addString(attempt.trust())
            .addString(attempt.nonce())
            .addString(attempt.verifier())
            .addDouble(attempt.demand().maxAge().map(Seconds::of).orElse(null))
            .addArrayOfString(attempt.demand().acr().toArray(String[]::new))
            .addString(attempt.goesOn())
            .addDouble(Seconds.of(lasts));
    return database.run(BEGIN, parameters).replaceWithVoid();
  }

  Uni<Outcome<Attempt>> take(String state, String browser) {
    return database
        .run(TAKE, Tuple.of(hash(state), hash(browser)))
        .map(
            rows -> {
              for (Row row : rows) {
                if (row.getBoolean("good")) {
                  return Outcome.ok(attempt(row));
                }
              }
              return Outcome.refused(
                  new Refusal.Denied(
                      "login-unknown",
                      "no login under way has this state, for this browser, at this time"));
            });
  }

  private static Attempt attempt(Row row) {
    Optional<Duration> maxAge =
        Optional.ofNullable(row.getDouble("max_age"))
            .map(seconds -> Duration.ofSeconds(seconds.longValue()));
    return new Attempt(
        row.getString("trust"),
        row.getString("nonce"),
        row.getString("verifier"),
        new Demand(maxAge, List.of(row.getArrayOfStrings("acr"))),
        row.getString("goes_on"),
        row.getOffsetDateTime("begun_at").toInstant());
  }

  private static Buffer hash(String secret) {
    return Buffer.buffer(OpaqueToken.hash(secret));
  }
}
