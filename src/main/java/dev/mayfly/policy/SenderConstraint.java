package dev.mayfly.policy;

import java.util.Optional;

/** Whether a role's tokens are good in everybody's hands, or with one key only. */
public enum SenderConstraint {
  /** As the asker likes: with a DPoP proof it is bound to its key, without one to nothing. */
  NONE,
  /** Bound to the key of a DPoP proof (RFC 9449). */
  DPOP,
  /** Bound to the client certificate of the TLS connection (RFC 8705 3). */
  MTLS;

  static Optional<SenderConstraint> parse(String text) {
    return switch (text) {
      case "dpop" -> Optional.of(DPOP);
      case "mtls" -> Optional.of(MTLS);
      default -> Optional.empty();
    };
  }
}
