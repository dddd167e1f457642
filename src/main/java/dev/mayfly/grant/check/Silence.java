package dev.mayfly.grant.check;

import dev.mayfly.policy.Check;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers which checks have fallen silent, so that not everybody who asks waits out the time of
 * one that is dead. After a pause one question goes through; its answer opens the way for the
 * others.
 */
final class Silence {

  static final int TRIES = 3;
  static final Duration PAUSE = Duration.ofSeconds(10);

  private final InstantSource clock;
  private final ConcurrentHashMap<Check, State> silent = new ConcurrentHashMap<>();

  /** How often there was no answer since the last one, and from when on it is asked again. */
  private record State(int times, Instant again) {}

  Silence(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether to ask it now; of those who come at the end of a pause the first does. */
  boolean isOver(Check check) {
    Instant now = clock.instant();
    boolean[] over = {true};
    silent.computeIfPresent(
        check,
        (same, state) -> {
          over[0] = state.times() < TRIES || !now.isBefore(state.again());
          return over[0] && state.times() >= TRIES
              ? new State(state.times(), now.plus(PAUSE))
              : state;
        });
    return over[0];
  }

  void answered(Check check) {
    silent.remove(check);
  }

  void notAnswered(Check check) {
    Instant again = clock.instant().plus(PAUSE);
    silent.merge(
        check,
        new State(1, again),
        (old, one) -> new State(Math.min(old.times() + 1, TRIES), again));
  }
}
