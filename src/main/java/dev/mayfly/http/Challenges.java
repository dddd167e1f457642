package dev.mayfly.http;

import dev.mayfly.identity.DpopProofs;
import java.util.List;

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

  private static String dpopField(String error) {
    return DPOP + parameter(error) + ALGORITHMS;
  }

  private static String parameter(String error) {
    return error.isEmpty() ? "" : ", error=\"" + error + "\"";
  }
}
