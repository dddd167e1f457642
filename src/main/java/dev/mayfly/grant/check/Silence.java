package dev.mayfly.grant.check;

import dev.mayfly.policy.Check;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers which checks have fallen silent, so that not everybody who asks waits out the time of
 * one that is dead.
 *
 * <p>What is asked is written by who requests, and may be what makes a check silent. So three
 * silences in a row speak for their own requester alone, and for everybody only where two or more
 * requesters met them. Then each waits for a pause of their own, after which one question of theirs
 * goes through: nobody's silence lengthens another's pause, and any answer opens the way for all.
 */
final class Silence {

  static final int TRIES = 3;
  static final int REQUESTERS = 2;
  static final Duration PAUSE = Duration.ofSeconds(10);

  private final InstantSource clock;
  private final ConcurrentHashMap<Check, Silent> silent = new ConcurrentHashMap<>();

  /** How often one requester had no answer, and from when on they may ask again. */
  private record Met(int times, Instant again) {}

  /** One check that has not answered since; as many entries as there are requesters at most. */
  private static final class Silent {
    private final Map<String, Met> byWhom = new HashMap<>();
    private boolean toAll;
    private Instant again = Instant.MIN;
  }

  Silence(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether to ask it now for them; of their questions at the end of a pause the first. */
  boolean isOver(Check check, String requester) {
    boolean[] over = {true};
    silent.computeIfPresent(
        check,
        (same, state) -> {
          over[0] = goesThrough(state, requester);
          return state;
        });
    return over[0];
  }

  /** Boundary: in the instant in which a pause ends it is over. */
  private boolean goesThrough(Silent state, String requester) {
    Met own = state.byWhom.getOrDefault(requester, new Met(0, Instant.MIN));
    if (own.times() < TRIES && !state.toAll) {
      return true;
    }
    Instant now = clock.instant();
    if (now.isBefore(own.again()) || (state.toAll && now.isBefore(state.again))) {
      return false;
    }
    state.byWhom.put(requester, new Met(own.times(), now.plus(PAUSE)));
    return true;
  }

  void answered(Check check) {
    silent.remove(check);
  }

  void notAnswered(Check check, String requester) {
    Instant again = clock.instant().plus(PAUSE);
    silent.compute(
        check,
        (same, known) -> {
          Silent state = known == null ? new Silent() : known;
          state.byWhom.merge(
              requester,
              new Met(1, again),
              (old, one) -> new Met(Math.min(old.times() + 1, TRIES), again));
          if (!state.toAll && speaksForAll(state)) {
            state.toAll = true;
            state.again = again;
          }
          return state;
        });
  }

  private static boolean speaksForAll(Silent state) {
    return state.byWhom.size() >= REQUESTERS
        && state.byWhom.values().stream().mapToInt(Met::times).sum() >= TRIES;
  }
}
