package dev.mayfly.policy;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * A configured source of proof: an issuer of JWTs that Mayfly believes.
 *
 * @param issuer compared byte for byte with {@code iss}
 * @param audience what {@code aud} must hold; the broker's issuer when absent
 * @param algorithms the only {@code alg} values accepted
 * @param singleUse whether one assertion proves once only (its {@code jti} is remembered)
 * @param maxLifetime the longest {@code exp - iat} accepted
 */
public record Trust(
    String id,
    String issuer,
    KeySource keys,
    Optional<String> audience,
    Set<String> algorithms,
    boolean singleUse,
    Duration maxLifetime) {

  public Trust {
    algorithms = Set.copyOf(algorithms);
  }
}
