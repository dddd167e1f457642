package dev.mayfly.story;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for another process to come round, and fails when it does not. */
public final class Eventually {

  private static final Duration LOOK_EVERY = Duration.ofMillis(20);

  private Eventually() {}

  /** Gives the time it took. */
  public static Duration within(Duration limit, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > limit.toNanos()) {
        throw new AssertionError("it did not come about within " + limit);
      }
      LockSupport.parkNanos(LOOK_EVERY.toNanos());
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
