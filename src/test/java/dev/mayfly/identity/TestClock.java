package dev.mayfly.identity;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that stands until a test moves it. */
final class TestClock implements InstantSource {

  private volatile Instant now;

  TestClock(Instant now) {
    this.now = now;
  }

  @Override
  public Instant instant() {
    return now;
  }

  void set(Instant to) {
    now = to;
  }

  void pass(Duration time) {
    now = now.plus(time);
  }
}
