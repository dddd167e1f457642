package dev.mayfly.cli;

import dev.mayfly.cli.broker.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** Looks into a token without judging it: good for showing, never for deciding. */
final class Tokens {

  private Tokens() {}

  /** Who acts, where that is not the subject, and what for (RFC 8693 4.1). */
  static Map<String, String> acting(Json claims) {
    Map<String, String> shown = new LinkedHashMap<>();
    claims.object("act").map(actor -> actor.show("sub")).ifPresent(who -> shown.put("agent", who));
    claims.text("task").ifPresent(task -> shown.put("task", task));
    return shown;
  }

  /**
   * What a token is worth nothing without (RFC 9449 6, RFC 8705 3.1); empty text for a bearer's.
   */
  static String boundTo(Json claims) {
    Json bound = claims.object("cnf").orElse(Json.EMPTY);
    return bound
        .text("jkt")
        .map(thumbprint -> "the key " + thumbprint + "  (jkt)")
        .or(
            () ->
                bound
                    .text("x5t#S256")
                    .map(thumbprint -> "the certificate " + thumbprint + "  (x5t#S256)"))
        .orElse("");
  }

  /** The claims as they stand there; none when it is no JWT. */
  static Json unverifiedClaims(String token) {
    String[] parts = token.split("\\.", -1);
    try {
      byte[] payload = Base64.getUrlDecoder().decode(parts.length == 3 ? parts[1] : "");
      return Json.parse(new String(payload, StandardCharsets.UTF_8)).orElse(Json.EMPTY);
    } catch (IllegalArgumentException e) {
      return Json.EMPTY;
    }
  }
}
