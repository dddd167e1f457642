package dev.mayfly.identity;

import java.time.Duration;

/**
 * The room's settings after the unsafe ones were refused: whoever holds this record may rely on its
 * bounds. Each component is explained at {@link IdentityConfig}.
 */
public record IdentityLimits(
    int assertionMaxLength,
    Duration clientAssertionLifetime,
    Duration clockSkew,
    Dpop dpop,
    Keys keys,
    Duration reviewWarning,
    int rememberedIds) {

  private static final Duration LONGEST_CLIENT_ASSERTION = Duration.ofMinutes(10);
  private static final Duration LONGEST_PROOF = Duration.ofMinutes(10);
  private static final Duration LARGEST_SKEW = Duration.ofMinutes(1);
  private static final Duration OLDEST_KEYS = Duration.ofDays(7);

  /** Which DPoP proofs are good. */
  public record Dpop(Duration proofAge, Duration proofAhead, boolean nonceRequired) {

    public Dpop {
      require(
          isPositive(proofAge) && proofAge.compareTo(LONGEST_PROOF) <= 0,
          "mayfly.identity.dpop-proof-age must be more than zero and at most 10m");
      require(
          !proofAhead.isNegative() && proofAhead.compareTo(LARGEST_SKEW) <= 0,
          "mayfly.identity.dpop-proof-ahead must be between zero and 1m");
    }
  }

  /** How an issuer's keys are fetched and for how long they are believed. */
  public record Keys(
      Duration maxAge,
      Duration freshFor,
      Duration freshAtMost,
      Duration unknownKidInterval,
      Duration timeout,
      int maxBytes,
      Duration backoffAtMost) {

    public Keys {
      require(
          isPositive(maxAge) && maxAge.compareTo(OLDEST_KEYS) <= 0,
          "mayfly.identity.keys-max-age must be more than zero and at most 7d");
      require(
          isPositive(freshFor) && freshFor.compareTo(freshAtMost) <= 0,
          "mayfly.identity.keys-fresh-for must be more than zero and at most keys-fresh-at-most");
      require(
          freshAtMost.compareTo(maxAge) <= 0,
          "mayfly.identity.keys-fresh-at-most must not exceed keys-max-age");
      require(
          unknownKidInterval.compareTo(Duration.ofSeconds(1)) >= 0,
          "mayfly.identity.keys-unknown-kid-interval must be at least 1s, or anybody could make"
              + " Mayfly flood an issuer");
      require(
          isPositive(timeout) && timeout.compareTo(Duration.ofSeconds(30)) <= 0,
          "mayfly.identity.keys-timeout must be more than zero and at most 30s");
      require(maxBytes >= 1024, "mayfly.identity.keys-max-bytes must be at least 1024");
      require(isPositive(backoffAtMost), "mayfly.identity.keys-backoff-at-most must not be zero");
    }
  }

  public IdentityLimits {
    require(
        assertionMaxLength >= 1024 && assertionMaxLength <= 65_536,
        "mayfly.identity.assertion-max-length must be between 1024 and 65536");
    require(
        isPositive(clientAssertionLifetime)
            && clientAssertionLifetime.compareTo(LONGEST_CLIENT_ASSERTION) <= 0,
        "mayfly.identity.client-assertion-lifetime must be more than zero and at most 10m");
    require(
        !clockSkew.isNegative() && clockSkew.compareTo(LARGEST_SKEW) <= 0,
        "mayfly.identity.clock-skew must be between zero and 1m");
    require(!reviewWarning.isNegative(), "mayfly.identity.review-warning must not be negative");
    require(rememberedIds >= 1, "mayfly.identity.remembered-ids must be at least 1");
  }

  /** What an installation has that sets nothing. */
  public static IdentityLimits defaults() {
    return new IdentityLimits(
        16_384,
        Duration.ofMinutes(5),
        Duration.ofSeconds(10),
        new Dpop(Duration.ofSeconds(60), Duration.ofSeconds(5), true),
        new Keys(
            Duration.ofHours(24),
            Duration.ofMinutes(15),
            Duration.ofHours(1),
            Duration.ofSeconds(30),
            Duration.ofSeconds(3),
            262_144,
            Duration.ofMinutes(5)),
        Duration.ofDays(30),
        100_000);
  }

  static IdentityLimits of(IdentityConfig config) {
    return new IdentityLimits(
        config.assertionMaxLength(),
        config.clientAssertionLifetime(),
        config.clockSkew(),
        new Dpop(
            config.dpopProofAge(),
            config.dpopProofAhead(),
            config.dpopNonces() == IdentityConfig.Nonces.REQUIRED),
        new Keys(
            config.keysMaxAge(),
            config.keysFreshFor(),
            config.keysFreshAtMost(),
            config.keysUnknownKidInterval(),
            config.keysTimeout(),
            config.keysMaxBytes(),
            config.keysBackoffAtMost()),
        config.reviewWarning(),
        config.rememberedIds());
  }

  private static boolean isPositive(Duration duration) {
    return duration.isPositive();
  }

  private static void require(boolean safe, String sentence) {
    if (!safe) {
      throw new IllegalArgumentException(sentence);
    }
  }
}
