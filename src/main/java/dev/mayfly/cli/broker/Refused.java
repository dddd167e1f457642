package dev.mayfly.cli.broker;

import java.net.URI;
import java.util.Optional;

/** Turns a broker's no into the sentence, the advice and the exit code that a person gets. */
final class Refused {

  private Refused() {}

  /** From an OAuth error (RFC 6749 5.2) or a problem detail (RFC 9457). */
  static Stop of(Http.Answer answer, URI uri) {
    Optional<Json> body = Json.parse(answer.body());
    String code = body.flatMap(Refused::code).orElse("http-" + answer.status());
    String what =
        "the broker says " + code + body.flatMap(Refused::say).map(s -> ": " + s).orElse("");
    return switch (answer.status()) {
      case 401 -> Stop.notAuthenticated(code, what, unauthenticated(code));
      case 403 ->
          Stop.refused(code, what, "this identity may not do that; ask whoever owns the policy");
      case 404 ->
          Stop.refused(code, what, "check the id; not found and not allowed to know look alike");
      case 429, 502, 503, 504 -> Stop.unreachable(code, what, later(answer));
      case 500 -> Stop.unreachable(code, what, "the broker's log says more");
      default -> Stop.refused(code, what, advice(code, uri));
    };
  }

  private static Optional<String> code(Json body) {
    Optional<String> type =
        body.text("type")
            .filter(t -> t.startsWith("http"))
            .map(t -> t.substring(t.lastIndexOf('/') + 1));
    return body.text("error").or(() -> type);
  }

  private static Optional<String> say(Json body) {
    return body.text("error_description")
        .or(() -> body.text("detail"))
        .or(() -> body.text("title"));
  }

  private static String unauthenticated(String code) {
    return code.equals("login-too-weak")
        ? "mayfly login --fresh, then repeat this"
        : "does the key file belong to the client id, and does the policy hold its public key?"
            + " is this machine's clock right?";
  }

  private static String later(Http.Answer answer) {
    return answer
        .header("Retry-After")
        .map(seconds -> "try again in " + seconds + " s")
        .orElse("try again in a moment");
  }

  private static String advice(String code, URI uri) {
    return switch (code) {
      case "invalid_scope" ->
          "ask for less: the role or the entitlement does not cover that --scope";
      case "invalid_target" -> "the role or the entitlement does not cover that --resource";
      case "unauthorized_client" -> "no entitlement of this identity fits; the policy decides";
      case "invalid_dpop_proof" ->
          "the role may want --dpop; if that was given: is this machine's clock right?";
      case "invalid_request" -> "say which --role, --resource or --scope you mean";
      case "invalid_grant" -> "the assertion was not accepted: issuer, audience, age or condition";
      default -> "asked: " + uri.getPath();
    };
  }
}
