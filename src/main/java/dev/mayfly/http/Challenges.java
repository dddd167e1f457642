package dev.mayfly.http;

import dev.mayfly.Refusal;
import dev.mayfly.identity.DpopProofs;
import java.util.List;
import java.util.TreeSet;

/**
 * The {@code WWW-Authenticate} fields of a refusal at {@code /v1}: both ways to show a token (RFC
 * 6750 3, RFC 9449 7.1), the one that went wrong first. One field each, as some readers take no
 * more. An error is empty where there is none to name.
 */
final class Challenges {

  private static final String BEARER = "Bearer realm=\"mayfly\"";
  private static final String DPOP = "DPoP realm=\"mayfly\"";
  private static final String ALGORITHMS =
      ", algs=\"" + String.join(" ", DpopProofs.ALGORITHMS) + "\"";

  private Challenges() {}

  /** Nothing was shown, or a bearer token that was wrong. */
  static List<String> bearer(String error) {
    return List.of(BEARER + parameter(error), dpopField(""));
  }

  /** A bound token or its proof was wrong. */
  static List<String> dpop(String error) {
    return List.of(dpopField(error), BEARER);
  }

  /** The token is good, whichever way it was shown, but not for this. */
  static List<String> either(String error) {
    return List.of(BEARER + parameter(error), dpopField(error));
  }

  /** The person has to prove themselves anew, or more strongly (RFC 9470 3). */
  static List<String> stepUp(Refusal.StepUp refusal) {
    String maxAge = refusal.maxAge().map(age -> ", max_age=\"" + age.toSeconds() + "\"").orElse("");
    String acr =
        refusal.acr().isEmpty()
            ? ""
            : ", acr_values=\"" + quoted(String.join(" ", new TreeSet<>(refusal.acr()))) + "\"";
    String error = parameter("insufficient_user_authentication") + acr + maxAge;
    return List.of(DPOP + error + ALGORITHMS, BEARER + error);
  }

  /** RFC 9110 5.6.4. */
  private static String quoted(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private static String dpopField(String error) {
    return DPOP + parameter(error) + ALGORITHMS;
  }

  private static String parameter(String error) {
    return error.isEmpty() ? "" : ", error=\"" + error + "\"";
  }
}
