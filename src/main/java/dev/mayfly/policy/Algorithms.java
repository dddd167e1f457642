package dev.mayfly.policy;

import java.util.Set;
import java.util.TreeSet;

/** The JOSE algorithms a policy may name. */
final class Algorithms {

  /** What Mayfly signs with. */
  static final Set<String> SIGNING = Set.of("ES256", "RS256", "Ed25519");

  /**
   * What Mayfly accepts as proof: signatures only, so that a public key is never a shared secret
   * and {@code none} never a signature (RFC 8725 3.1, 3.2).
   */
  static final Set<String> PROVING =
      Set.of(
          "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA",
          "Ed25519");

  static final String PROVING_LISTED = String.join(", ", new TreeSet<>(PROVING));

  private Algorithms() {}
}
