package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.relying.Verdict;
import dev.mayfly.cli.relying.Verifier;
import dev.mayfly.cli.screen.Screen;
import dev.mayfly.cli.screen.Times;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Verifies one token until it is refused, and tells the moment. Between two looks it waits as the
 * broker lets it: with the answer held back until the list changes, or for the list's {@code ttl}.
 */
final class Watch {

  private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
  private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);

  private final Surroundings around;
  private final Verifier verifier;
  private final String token;
  private final boolean json;

  /** When the token was first seen valid: what was fetched before that is no part of the watch. */
  private Optional<Instant> began = Optional.empty();

  Watch(Surroundings around, Verifier verifier, String token, boolean json) {
    this.around = around;
    this.verifier = verifier;
    this.token = token;
    this.json = json;
  }

  int run() throws Stop {
    Optional<Verdict.Valid> last = Optional.empty();
    while (true) {
      switch (verifier.verify(token)) {
        case Verdict.Invalid invalid -> {
          tell(invalid, last);
          return Exit.REFUSED;
        }
        case Verdict.Valid valid -> {
          if (last.isEmpty()) {
            tell(valid);
          }
          last = Optional.of(valid);
          letTimePass(valid);
        }
      }
    }
  }

  private void letTimePass(Verdict.Valid valid) throws Stop {
    Duration life = Duration.between(around.clock().instant(), valid.expiresAt());
    Duration wait = clamp(life);
    try {
      // News that came at once is looked at before any pause; a broker that only ever answers at
      // once, with a list signed anew each time, must not make this a busy loop.
      if (!heldBack(valid, wait) && verifier.verify(token) instanceof Verdict.Valid) {
        Duration fresh = Duration.between(around.clock().instant(), valid.freshUntil());
        around.pause().lasting(clamp(fresh.compareTo(life) < 0 ? fresh : life));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Stop.refused("interrupted", "the watch was interrupted", "");
    }
  }

  /** A broker that is away is no reason to doubt a list that is still fresh. */
  private boolean heldBack(Verdict.Valid valid, Duration wait) throws InterruptedException {
    Instant asked = around.clock().instant();
    try {
      // A broker that took its time has held the answer back, whether it says so or not.
      return verifier.waitForChange(valid, wait)
          || !around.clock().instant().isBefore(asked.plus(SHORTEST_WAIT));
    } catch (Stop away) {
      around.pause().lasting(SHORTEST_WAIT);
      return true;
    }
  }

  private static Duration clamp(Duration wait) {
    Duration least = wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait;
    return least.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : least;
  }

  private void tell(Verdict.Valid valid) {
    Screen screen = around.screen();
    Instant now = around.clock().instant();
    began = Optional.of(now);
    if (json) {
      screen.json(stamped(now, VerifyCommand.json(valid)));
      return;
    }
    String expiry = Times.relative(valid.expiresAt(), now);
    screen.print(wall(now) + "  " + screen.good("valid") + "    expires " + expiry + "; watching");
  }

  private void tell(Verdict.Invalid invalid, Optional<Verdict.Valid> last) {
    Screen screen = around.screen();
    Instant now = around.clock().instant();
    Duration watched = began.map(from -> Duration.between(from, now)).orElse(Duration.ZERO);
    if (json) {
      Map<String, Object> members = stamped(now, VerifyCommand.json(invalid));
      members.put("watched_ms", watched.toMillis());
      last.ifPresent(valid -> members.put("would_expire_at", valid.expiresAt().toString()));
      screen.json(members);
      return;
    }
    String early =
        last.filter(valid -> now.isBefore(valid.expiresAt()))
            .map(
                valid ->
                    ", "
                        + Times.span(Duration.between(now, valid.expiresAt()))
                        + " before its expiry")
            .orElse("");
    screen.print(
        wall(now)
            + "  "
            + screen.bad("refused")
            + "  "
            + Screen.plain(invalid.say())
            + (began.isPresent() ? ", " + Times.span(watched) + " into the watch" : "")
            + early
            + screen.dim("  (" + invalid.code() + ")"));
  }

  private String wall(Instant now) {
    return around.screen().dim(Times.wall(now, around.zone()));
  }

  private static Map<String, Object> stamped(Instant now, Map<String, Object> verdict) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("at", now.toString());
    members.putAll(verdict);
    return members;
  }
}
