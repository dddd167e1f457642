package dev.mayfly.cli;

import dev.mayfly.cli.broker.Json;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Looks into a token without judging it: good for showing, never for deciding. */
final class Tokens {

  private Tokens() {}

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
