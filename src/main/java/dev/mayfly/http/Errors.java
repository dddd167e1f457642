package dev.mayfly.http;

import dev.mayfly.Refusal;
import io.vertx.core.json.JsonObject;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * The one place where a {@link Refusal} becomes an HTTP answer: an OAuth error (RFC 6749 5.2) at
 * the OAuth endpoints, a problem detail (RFC 9457) elsewhere. What is logged is {@link
 * Refusal#why()}; what a caller reads is {@link Refusal#say()}.
 */
public final class Errors {

  /** Problem details (RFC 9457 6.1). */
  public static final String PROBLEM_JSON = "application/problem+json";

  /** The code of a bearer token that is not to be believed (RFC 6750 3.1). */
  public static final String INVALID_TOKEN = "invalid-token";

  private static final RefusalLog LOG =
      new RefusalLog(System::nanoTime, Logger.getLogger(Errors.class)::info);
  private static final String PROBLEMS = "https://mayfly.dev/problems/";
  private static final String RETRY_AFTER_SECONDS = "2";
  private static final int UNAUTHORIZED = 401;
  private static final int UNAVAILABLE = 503;

  private Errors() {}

  /** For {@code /oauth/*}. Whoever is not authenticated learns nothing from code or wording. */
  public static Response oauth(Refusal refusal) {
    note(refusal);
    return switch (refusal) {
      case Refusal.Unauthenticated r -> oauth(UNAUTHORIZED, "invalid_client", r.say());
      case Refusal.BadGrant r -> oauth(400, "invalid_grant", r.say());
      case Refusal.BadDpop r -> oauth(400, error(r), r.say());
      case Refusal.Malformed r -> oauth(400, malformedError(r), r.say());
      case Refusal.BadScope r -> oauth(400, "invalid_scope", r.say());
      case Refusal.LacksScope r -> oauth(400, "invalid_scope", r.say());
      case Refusal.BadTarget r -> oauth(400, "invalid_target", r.say());
      case Refusal.Denied r -> oauth(400, "unauthorized_client", r.say());
      case Refusal.Forbidden r -> oauth(400, "unauthorized_client", r.say());
      case Refusal.StepUp r -> oauth(400, "unauthorized_client", r.say());
      case Refusal.NotFound r -> oauth(404, "invalid_request", r.say());
      case Refusal.Conflict r -> oauth(409, "invalid_request", r.say());
      case Refusal.DeviceWaits r -> oauth(400, r.code().replace('-', '_'), r.say());
      case Refusal.Unavailable r -> oauth(UNAVAILABLE, "temporarily_unavailable", r.say());
      case Refusal.NotSetUp r -> oauth(UNAVAILABLE, "temporarily_unavailable", r.say());
    };
  }

  /** For everything but {@code /oauth/*}. */
  public static Response problem(Refusal refusal) {
    note(refusal);
    return switch (refusal) {
      case Refusal.Unauthenticated r -> unauthenticated(r);
      case Refusal.BadGrant r -> problem(400, r.code(), r.say());
      case Refusal.BadDpop r ->
          challenge(UNAUTHORIZED, r.code(), r.say(), Challenges.dpop(error(r)));
      case Refusal.Malformed r -> problem(400, r.code(), r.say());
      case Refusal.BadScope r -> problem(400, r.code(), r.say());
      case Refusal.LacksScope r ->
          challenge(403, r.code(), r.say(), Challenges.either("insufficient_scope"));
      case Refusal.BadTarget r -> problem(400, r.code(), r.say());
      case Refusal.Denied r -> problem(403, r.code(), r.say());
      case Refusal.Forbidden r -> problem(403, r.code(), r.say());
      case Refusal.StepUp r -> challenge(UNAUTHORIZED, r.code(), r.say(), Challenges.stepUp(r));
      case Refusal.NotFound r -> problem(404, "not-found", r.say());
      case Refusal.Conflict r -> problem(409, r.code(), r.say());
      case Refusal.DeviceWaits r -> problem(400, r.code(), r.say());
      case Refusal.Unavailable r -> problem(UNAVAILABLE, r.code(), r.say());
      case Refusal.NotSetUp r -> problem(UNAVAILABLE, r.code(), r.say());
    };
  }

  /** Without a token there is no error to name (RFC 6750 3.1). */
  private static Response unauthenticated(Refusal.Unauthenticated refusal) {
    String error = refusal.code().equals(INVALID_TOKEN) ? "invalid_token" : "";
    return challenge(UNAUTHORIZED, "unauthenticated", refusal.say(), Challenges.bearer(error));
  }

  private static Response challenge(int status, String code, String say, List<String> challenges) {
    return answer(status, PROBLEM_JSON, problemJson(status, code, say), challenges);
  }

  private static String error(Refusal.BadDpop refusal) {
    return refusal.code().replace('-', '_');
  }

  /** An OAuth error. */
  static Response oauth(int status, String error, String description) {
    String body = oauthJson(error, description);
    return answer(
        status,
        MediaType.APPLICATION_JSON,
        body,
        status == UNAUTHORIZED ? List.of("private_key_jwt realm=\"mayfly\"") : List.of());
  }

  /** The body of an OAuth error. */
  static String oauthJson(String error, String description) {
    return new JsonObject().put("error", error).put("error_description", description).encode();
  }

  /** A problem detail; its code is the stable tail of its type. */
  static Response problem(int status, String code, String say) {
    return answer(status, PROBLEM_JSON, problemJson(status, code, say), List.of());
  }

  /** The body of a problem detail. */
  static String problemJson(int status, String code, String say) {
    return new JsonObject()
        .put("type", PROBLEMS + code)
        .put("title", code.replace('-', ' '))
        .put("status", status)
        .put("detail", say)
        .encode();
  }

  private static Response answer(int status, String type, String body, List<String> challenges) {
    Response.ResponseBuilder answer =
        Response.status(status)
            .type(type)
            .header(HttpHeaders.CACHE_CONTROL, "no-store")
            .entity(body.getBytes(StandardCharsets.UTF_8));
    // RFC 9110 15.5.2: a 401 carries a challenge.
    challenges.forEach(one -> answer.header(HttpHeaders.WWW_AUTHENTICATE, one));
    if (status == UNAVAILABLE) {
      answer.header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
    }
    return answer.build();
  }

  private static String malformedError(Refusal.Malformed refusal) {
    return refusal.code().equals("unsupported-grant-type")
        ? "unsupported_grant_type"
        : "invalid_request";
  }

  /** Writes a refusal to the log, for a page that answers in words of its own. */
  public static void note(Refusal refusal) {
    if (isOrdinary(refusal)) {
      Logger.getLogger(Errors.class).debugf("%s: %s", refusal.code(), refusal.why());
    } else {
      LOG.write(refusal.code(), refusal.why());
    }
  }

  /** How every first proof goes (RFC 9449 8): the answer hands out the nonce for the second. */
  static boolean isOrdinary(Refusal refusal) {
    return refusal instanceof Refusal.BadDpop bad && bad.code().equals(Refusal.BadDpop.NONCE);
  }
}
