package dev.mayfly.credential;

import java.time.Duration;
import java.time.Instant;

/**
 * When to renew a certificate (RFC 9773 4.2): at a moment of one's own between start and end, or at
 * once when the end has passed.
 */
public record RenewalWindow(Instant start, Instant end) {

  /** From two thirds to five sixths of its life: a sixth is left for tries that fail. */
  public static RenewalWindow of(Instant issuedAt, Duration life) {
    return new RenewalWindow(
        issuedAt.plus(life.multipliedBy(2).dividedBy(3)),
        issuedAt.plus(life.multipliedBy(5).dividedBy(6)));
  }

  /** Of one that was taken back: it has passed. */
  public static RenewalWindow passed(Instant issuedAt) {
    return new RenewalWindow(issuedAt.minusSeconds(1), issuedAt);
  }
}
