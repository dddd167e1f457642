package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The process that {@code mayfly run} starts: it has our streams and our signals, and finds a fresh
 * token for as long as it lives.
 */
final class Child {

  /** Renewed when this much of its life is left: a third, so that two tries may fail. */
  private static final int THIRDS = 3;

  private static final Duration AGAIN = Duration.ofSeconds(5);

  /** A grant that has ended gives no other token, however often it is asked. */
  private static final Duration NEVER = Duration.ofDays(365);

  /** Gets the next token. */
  interface Renewal {
    Json next() throws Stop;
  }

  private final Surroundings around;
  private final List<String> command;
  private final HandedToken token;
  private final Renewal renewal;

  Child(Surroundings around, List<String> command, HandedToken token, Renewal renewal) {
    this.around = around;
    this.command = command;
    this.token = token;
    this.renewal = renewal;
  }

  /** Its exit code, or 128 and the signal that ended it. */
  int run(Json first) throws Stop {
    Process process = start();
    try (Signals _ = Signals.to(process, around.asking())) {
      Duration wait = untilRenewal(first);
      while (!process.waitFor(wait.toMillis(), TimeUnit.MILLISECONDS)) {
        wait = renewed();
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroy();
      throw Stop.refused("interrupted", "the command was interrupted", "");
    }
  }

  private Process start() throws Stop {
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().putAll(token.environment());
    try {
      return builder.start();
    } catch (IOException e) {
      throw Stop.usage(
          "cannot run " + command.getFirst(), "is it on the PATH, and may it be executed?");
    }
  }

  /** How long the next token is good for; a broker that is away is asked again soon. */
  private Duration renewed() {
    try {
      Json next = renewal.next();
      token.hand(next);
      return untilRenewal(next);
    } catch (Stop stop) {
      around
          .screen()
          .note("mayfly: the command's token is not renewed: " + String.valueOf(stop.getMessage()));
      return stop.exit() == Exit.UNREACHABLE ? AGAIN : NEVER;
    }
  }

  private static Duration untilRenewal(Json answer) {
    Duration life = Duration.ofSeconds(answer.number("expires_in").orElse(0L));
    Duration wait = life.minus(life.dividedBy(THIRDS));
    return wait.compareTo(AGAIN) < 0 ? AGAIN : wait;
  }
}
