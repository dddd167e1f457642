package dev.mayfly.identity;

import com.nimbusds.jose.jwk.JWKSet;
import java.util.List;
import java.util.Optional;

/** The public keys of one client or issuer, and the rule by which an assertion's key is found. */
record VerifyingKeys(List<VerifyingKey> all) {

  /** More than any issuer needs while it rotates. */
  private static final int MOST = 100;

  static VerifyingKeys of(JWKSet set) {
    return new VerifyingKeys(
        set.getKeys().stream().limit(MOST).flatMap(jwk -> VerifyingKey.of(jwk).stream()).toList());
  }

  /**
   * The one key that fits the algorithm and has this {@code kid}. An assertion without {@code kid},
   * or a set in which no key has one, is served by the algorithm alone. Two that fit are as good as
   * none: which one is meant would be a guess.
   */
  Optional<VerifyingKey> pick(SignatureAlgorithm algorithm, Optional<String> kid) {
    boolean named = kid.isPresent() && all.stream().anyMatch(key -> key.kid().isPresent());
    List<VerifyingKey> fitting =
        all.stream()
            .filter(key -> key.fits(algorithm))
            .filter(key -> !named || key.kid().equals(kid))
            .limit(2)
            .toList();
    return fitting.size() == 1 ? Optional.of(fitting.getFirst()) : Optional.empty();
  }
}
