package dev.mayfly.cli.broker;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns a broker's no into the sentence, the advice and the exit code that a person gets. */
final class Refused {

  /** Who asked, for the advice depends on it. */
  enum Asker {
    /** A workload or an operator, by a key file. */
    KEY,
    /** A workload, by what another issuer says of it. */
    ASSERTION,
    /** An instance that an operator lets in. */
    JOIN_TOKEN,
    /** A workload, by the certificate of its connection. */
    CERTIFICATE,
    /** A person, by the session on this machine. */
    PERSON;

    static Asker of(Proof proof) {
      return switch (proof) {
        case Proof.Key _ -> KEY;
        case Proof.Assertion _ -> ASSERTION;
        case Proof.JoinToken _ -> JOIN_TOKEN;
        case Proof.Certificate _ -> CERTIFICATE;
      };
    }
  }

  private static final String SHOW_ONE = "show one: --cert FILE --key FILE";

  private static final Pattern GRANT = Pattern.compile("/v1/grants/([^/]+)(/[a-z]+)?");

  private Refused() {}

  /** From an OAuth error (RFC 6749 5.2) or a problem detail (RFC 9457). */
  static Stop of(Http.Answer answer, URI uri, Asker asker) {
    Optional<Json> body = Json.parse(answer.body());
    String code = body.flatMap(Refused::code).orElse("http-" + answer.status());
    String said = body.flatMap(Refused::say).orElse("");
    String what = "the broker says " + code + (said.isEmpty() ? "" : ": " + said);
    return switch (answer.status()) {
      case 401 -> Stop.notAuthenticated(code, what, unauthenticated(code, asker));
      case 403 -> Stop.refused(code, what, forbidden(code, asker));
      case 404 ->
          Stop.refused(code, what, "check the id; not found and not allowed to know look alike");
      case 429, 502, 503, 504 -> Stop.unreachable(code, what, later(answer));
      case 500 -> Stop.unreachable(code, what, "the broker's log says more");
      default -> Stop.refused(code, what, advice(code, said, uri, asker));
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

  private static String unauthenticated(String code, Asker asker) {
    if (code.equals("login-too-weak")) {
      return "mayfly login --fresh, then repeat this";
    }
    return switch (asker) {
      case KEY ->
          "does the key file belong to the client id, and does the policy hold its public key?"
              + " is this machine's clock right?";
      case ASSERTION, JOIN_TOKEN -> notAccepted(asker);
      case CERTIFICATE ->
          "it may have ended, have been taken back, or be another client's (--client): then prove"
              + " it by a key, or by a new join token";
      case PERSON ->
          "your session is over, or unknown there: mayfly login. If you have just logged in: is"
              + " this machine's clock right?";
    };
  }

  /** These are told to somebody who has proven who they are, so each has a code of its own. */
  private static String forbidden(String code, Asker asker) {
    return switch (code) {
      case "insufficient-scope" ->
          asker == Asker.PERSON
              ? "the role of your session does not give that: mayfly whoami names it"
              : "no role of this key's identity gives that";
      case "self-approval" ->
          "nobody decides for themselves: somebody else of those whom 'mayfly roles ROLE' names"
              + " has to";
      case "approver-not-asked" ->
          "'mayfly roles ROLE' names who decides, 'mayfly inbox' what waits for you";
      case "approved-already" -> "it waits for others now";
      case "approver-not-independent" ->
          "who could have the role does not decide it: somebody else of those asked has to";
      case "role-unknown" -> "'mayfly roles' lists those that you may request";
      case "condition-not-met" -> "'mayfly request ROLE --dry-run ...' shows each condition";
      case "review-overdue" ->
          "a break-glass is closed by those who review it ('mayfly inbox' shows it to them), an"
              + " identity's review by who owns the policy";
      default -> "whoever owns the policy can tell why, and change it";
    };
  }

  private static String malformed(String said) {
    if (said.contains("role parameter")) {
      return "--role says which one";
    }
    return said.contains("client certificate") ? SHOW_ONE : "";
  }

  private static String notAccepted(Asker asker) {
    return asker == Asker.JOIN_TOKEN
        ? "a join token is good once, and not for long: an operator makes another (mayfly"
            + " join-token create)"
        : "the assertion was not accepted: issuer, audience, age or condition";
  }

  private static String later(Http.Answer answer) {
    return answer
        .header("Retry-After")
        .map(seconds -> "try again in " + seconds + " s")
        .orElse("try again in a moment");
  }

  /** Nothing where what the broker said is all there is to say. */
  private static String advice(String code, String said, URI uri, Asker asker) {
    return switch (code) {
      case "invalid_scope" ->
          "ask for less: the role or the entitlement does not cover that --scope";
      case "invalid_target" -> "the role or the entitlement does not cover that --resource";
      case "unauthorized_client" ->
          "either the policy does not entitle this identity to it, or somebody has taken it back:"
              + " an operator sees which ('mayfly grants list')";
      case "invalid_dpop_proof" ->
          "the role may want --dpop; if that was given: is this machine's clock right?";
      case "invalid_request" -> malformed(said);
      case "client-certificate-missing" -> SHOW_ONE;
      case "invalid_grant", "assertion-refused", "join-token-refused" -> notAccepted(asker);
      case "grant-state" ->
          grantOf(uri).map(id -> "how it stands: mayfly grants show " + id).orElse("");
      case "policy-changed" -> "try again";
      case "revocation-target" ->
          "'mayfly grants list', 'mayfly identities' and 'mayfly keys list' show ids; that of a"
              + " token is its jti (echo \"$TOKEN\" | mayfly revoke --credential - ...)";
      default -> "";
    };
  }

  private static Optional<String> grantOf(URI uri) {
    Matcher path = GRANT.matcher(uri.getPath());
    return path.find() ? Optional.of(path.group(1)) : Optional.empty();
  }
}
