package dev.mayfly.store;

import io.vertx.pgclient.data.Interval;
import java.time.Duration;

/** Durations as PostgreSQL intervals, exact: seconds and microseconds, never months or days. */
public final class Intervals {

  private static final int NANOS_PER_MICRO = 1_000;

  private Intervals() {}

  public static Interval of(Duration duration) {
    return Interval.of(
        0,
        0,
        0,
        Math.toIntExact(duration.toHours()),
        duration.toMinutesPart(),
        duration.toSecondsPart(),
        duration.toNanosPart() / NANOS_PER_MICRO);
  }
}
