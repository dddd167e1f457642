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
 * @param maxLifetime the longest {@code exp - iat} accepted; of an SVID, how far ahead its end may
 *     be
 * @param trustDomain of a SPIFFE trust, whose JWTs are JWT-SVIDs and nothing else, and which has
 *     X509-SVIDs beside: then the issuer is {@code spiffe://} and this
 */
public record Trust(
    String id,
    String issuer,
    KeySource keys,
    Optional<String> audience,
    Set<String> algorithms,
    boolean singleUse,
    Duration maxLifetime,
    Optional<String> trustDomain) {

  /** An issuer of JWTs that are no JWT-SVIDs. */
  public Trust(
      String id,
      String issuer,
      KeySource keys,
      Optional<String> audience,
      Set<String> algorithms,
      boolean singleUse,
      Duration maxLifetime) {
    this(id, issuer, keys, audience, algorithms, singleUse, maxLifetime, Optional.empty());
  }

  public Trust {
    algorithms = Set.copyOf(algorithms);
  }
}
