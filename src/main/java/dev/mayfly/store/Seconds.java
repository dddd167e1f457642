package dev.mayfly.store;

import java.time.Duration;

/**
 * Durations as SQL takes them: a number for {@code make_interval(secs => $n)}. An interval
 * parameter would not do: the client writes 24 hours as a day and 30 days as a month, and neither
 * has a fixed length, so that what is added to a time could outlive its bound (rule 4).
 */
public final class Seconds {

  private static final double MILLIS = 1_000;

  private Seconds() {}

  public static double of(Duration duration) {
    return duration.toMillis() / MILLIS;
  }
}
