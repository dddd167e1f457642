package dev.mayfly.revocation;

import java.util.Map;
import java.util.Optional;

/** What a relying service is told of a token (RFC 7662 2.2). */
public sealed interface Introspection {

  /** The token is live, and the caller may know. */
  record Active(Map<String, Object> claims) implements Introspection {}

  /** The thumbprint of the key that a token is bound to (RFC 9449 6.2). */
  static Optional<String> jkt(Map<String, Object> claims) {
    return confirmation(claims, "jkt");
  }

  /** The thumbprint of the certificate that a token is bound to (RFC 8705 3.2). */
  static Optional<String> certificate(Map<String, Object> claims) {
    return confirmation(claims, "x5t#S256");
  }

  private static Optional<String> confirmation(Map<String, Object> claims, String member) {
    return claims.get("cnf") instanceof Map<?, ?> confirmation
            && confirmation.get(member) instanceof String thumbprint
        ? Optional.of(thumbprint)
        : Optional.empty();
  }

  /**
   * Unknown, foreign, expired or revoked: one answer for all, so that nothing can be learned of
   * which it was.
   */
  record Inactive() implements Introspection {}
}
