package dev.mayfly.identity;

import dev.mayfly.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * When an assertion is alive. The skew forgives an issuer whose clock is ahead ({@code iat}, {@code
 * nbf}); nothing forgives {@code exp} (rule 4).
 */
final class AssertionTimes {

  private AssertionTimes() {}

  /**
   * The assertion's end. Boundaries: dead in the second that {@code exp} names (RFC 7519 4.1.4: "on
   * or after"); {@code nbf} and {@code iat} may be exactly {@code skew} ahead, not more.
   */
  static Outcome<Instant> end(Claims claims, Instant now, Duration skew, Proof proof) {
    Optional<Instant> end = claims.time("exp");
    if (end.isEmpty()) {
      return proof.refuse("exp is missing");
    }
    if (!now.isBefore(end.get())) {
      return proof.refuse("the assertion has expired");
    }
    Instant latestStart = now.plus(skew);
    if (startsAfter(claims, "nbf", latestStart)) {
      return proof.refuse("nbf is in the future");
    }
    if (startsAfter(claims, "iat", latestStart)) {
      return proof.refuse("iat is in the future");
    }
    return Outcome.ok(end.get());
  }

  private static boolean startsAfter(Claims claims, String name, Instant latest) {
    return claims.time(name).map(start -> start.isAfter(latest)).orElse(false);
  }
}
