package dev.mayfly.credential.keycheck;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;

/**
 * Judges a subject's public key, for X.509 and SSH alike: what is known to be weak is refused with
 * its reason, before anything is computed with it. What lists say of a key, {@link KnownBadKeys}
 * knows.
 */
public final class WeakKeys {

  /** CA/Browser Forum, Baseline Requirements 6.1.5. */
  public static final int LEAST_RSA_BITS = 2_048;

  private WeakKeys() {}

  /**
   * The key itself, where nothing is known against it: RSA from 2048 bits, P-256, P-384, Ed25519.
   */
  public static Outcome<PublicKey> check(PublicKey key) {
    return check(key, LEAST_RSA_BITS);
  }

  /**
   * As {@link #check(PublicKey)}.
   *
   * @param leastRsaBits the size below which this kind of certificate takes no RSA key
   */
  public static Outcome<PublicKey> check(PublicKey key, int leastRsaBits) {
    return problem(key, leastRsaBits)
        .<Outcome<PublicKey>>map(WeakKeys::refused)
        .orElseGet(() -> Outcome.ok(key));
  }

  static Outcome<PublicKey> refused(String why) {
    return Outcome.refused(new Refusal.Malformed("weak-key", "the public key " + why));
  }

  private static Optional<String> problem(PublicKey key, int leastRsaBits) {
    return switch (key) {
      case RSAPublicKey rsa ->
          RsaWeakness.of(rsa.getModulus(), rsa.getPublicExponent(), leastRsaBits);
      case ECPublicKey ec -> CurvePoints.problem(ec);
      case EdECPublicKey ed -> EdwardsPoints.problem(ed);
      default ->
          "Ed25519".equals(key.getAlgorithm())
              ? EdwardsPoints.problem(key.getEncoded())
              : Optional.of("is of no kind that is accepted: RSA, P-256, P-384 or Ed25519");
    };
  }
}
