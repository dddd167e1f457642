package dev.mayfly.http;

import static io.restassured.RestAssured.given;

import dev.mayfly.Outcome;
import dev.mayfly.credential.ElevatedMinting;
import dev.mayfly.credential.Minted;
import dev.mayfly.credential.jwt.JwtKind;
import dev.mayfly.grant.LoggedIn;
import dev.mayfly.grant.Person;
import dev.mayfly.grant.Sessions;
import dev.mayfly.identity.Proven;
import dev.mayfly.policy.Ask;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.LoginEntry;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * People of the shop, logged in without a provider: their sessions and tokens are made as the login
 * makes them, from the step after the provider has spoken.
 */
@ApplicationScoped
public class Staff {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final String TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token";

  private final Sessions sessions;
  private final JwtKind jwt;
  private final ElevatedMinting minting;
  private final PolicyBook book;
  private final Database database;

  Staff(
      Sessions sessions, JwtKind jwt, ElevatedMinting minting, PolicyBook book, Database database) {
    this.sessions = sessions;
    this.jwt = jwt;
    this.minting = minting;
    this.book = book;
    this.database = database;
  }

  /** Somebody at a terminal of their own. */
  record Member(String name, GrantId session, String token, Holder key) {

    RequestSpecification at(String method, String path) {
      return key.using(token, method, path).contentType("application/json");
    }

    Response get(String path) {
      return at("GET", path).get(path);
    }

    Response post(String path, String json) {
      return at("POST", path).body(json).post(path);
    }

    /** Exchanges the session for a credential of this role. */
    Response exchange(String role, Map<String, String> more) {
      return exchange(role, key, more);
    }

    Response exchange(String role, Holder with, Map<String, String> more) {
      return given()
          .header("DPoP", with.signed(with.mintProof()))
          .formParam("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
          .formParam("subject_token", token)
          .formParam("subject_token_type", TOKEN_TYPE)
          .formParam("role", role)
          .formParams(more)
          .post("/oauth/token");
    }
  }

  /** Logs somebody in who is in these groups. */
  Member member(String username, String... groups) {
    CompiledPolicy policy = book.current();
    Map<String, Object> claims =
        Map.of("preferred_username", username, "sub", username, "groups", List.of(groups));
    LoginEntry entry =
        policy.logins("staff").stream()
            .filter(
                one ->
                    one.judge(claims, Instant.now())
                        instanceof dev.mayfly.policy.Condition.Verdict.Met)
            .findFirst()
            .orElseThrow();
    String name = entry.template().fill(claims).orElseThrow();
    Proven proven = new Proven(name, entry.entry(), claims, Optional.empty(), Instant.now());
    GrantId session =
        value(
            sessions.open(
                new LoggedIn(
                    proven,
                    entry.role().id(),
                    "staff",
                    entry.login().issuer(),
                    username,
                    Optional.empty(),
                    Instant.now(),
                    Duration.ofHours(10),
                    entry.entry().reviewAt()),
                policy,
                "test"));
    Person person = value(sessions.person(session, policy));
    Holder key = new Holder();
    Minted minted =
        value(
            minting.session(
                new ElevatedMinting.Wanted(
                    person,
                    entry.role().id(),
                    Optional.empty(),
                    new Ask(Optional.of(entry.role().id()), Set.of(), List.of(), Optional.empty()),
                    Optional.empty(),
                    jwt.boundTo(key.jkt()),
                    "test")));
    return new Member(name, session, minted.token(), key);
  }

  /** Their provider says at their next renewal that they are in these groups. */
  void regroup(Member member, String... groups) {
    String username = member.name().substring(member.name().lastIndexOf('/') + 1);
    JsonObject claims =
        new JsonObject()
            .put("preferred_username", username)
            .put("sub", username)
            .put("groups", new JsonArray(List.of(groups)));
    database
        .run(
            "UPDATE sessions SET claims = $2, claims_at = mayfly_now() WHERE grant_id = $1",
            Tuple.of(member.session().value(), claims))
        .await()
        .atMost(LIMIT);
  }

  private static <T> T value(Uni<Outcome<T>> coming) {
    return switch (coming.await().atMost(LIMIT)) {
      case Outcome.Ok<T>(T value) -> value;
      case Outcome.Refused<T> refused -> throw new AssertionError(refused.refusal().why());
    };
  }
}
