package dev.mayfly.delivery;

import java.time.Duration;

/**
 * How long to wait after a failed try: twice as long each time up to a cap, and between half of
 * that and all of it, so that what failed together does not come back together.
 */
record Backoff(Duration first, Duration most) {

  Backoff {
    if (!first.isPositive() || most.compareTo(first) < 0) {
      throw new IllegalArgumentException(
          "mayfly.delivery.backoff must be positive and at most mayfly.delivery.backoff-at-most");
    }
  }

  /**
   * The pause after the given number of tries.
   *
   * @param chance from 0 to 1
   */
  Duration after(int tries, double chance) {
    double full = first.toMillis() * Math.pow(2, tries - 1.0);
    double capped = Math.min(full, (double) most.toMillis());
    return Duration.ofMillis(Math.round(capped * (1 + chance) / 2));
  }
}
