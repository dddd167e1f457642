package dev.mayfly.cli;

import dev.mayfly.cli.screen.Screen;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;

/** One {@code mayfly} process inside a test: its environment, its clock and what it printed. */
final class CommandRun {

  static final Instant START = Instant.parse("2030-01-01T10:00:00Z");

  final Map<String, String> environment = new HashMap<>();
  final Clock clock = new Clock();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  String in = "";

  /** Called whenever a command lets time pass; the clock has moved already. */
  Runnable whileWaiting = () -> {};

  boolean colour;

  /** Whether a person types what is in {@link #in}. */
  boolean asking;

  /** A clock that only moves when it is told to, or when a command waits. */
  static final class Clock implements InstantSource {
    private volatile Instant now = START;

    @Override
    public Instant instant() {
      return now;
    }

    /** As a real broker has it. */
    void beSystemTime() {
      now = InstantSource.system().instant();
    }

    void move(Duration by) {
      now = now.plus(by);
    }
  }

  CommandRun(Path cache) {
    environment.put("XDG_CACHE_HOME", cache.toString());
  }

  /** In front of a broker that is none of the test's making. */
  static CommandRun at(String issuer, Path folder) {
    CommandRun mayfly = new CommandRun(folder.resolve("cache"));
    mayfly.clock.beSystemTime();
    mayfly.whileWaiting = mayfly.clock::beSystemTime;
    mayfly.environment.put("MAYFLY_BROKER", issuer);
    mayfly.environment.put("XDG_STATE_HOME", folder.resolve("state").toString());
    return mayfly;
  }

  int run(String... arguments) {
    out.reset();
    err.reset();
    Surroundings around =
        new Surroundings(
            environment,
            clock,
            ZoneOffset.UTC,
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
            asking,
            new Screen(stream(out), stream(err), colour, 0),
            time -> {
              clock.move(time);
              whileWaiting.run();
              if (Thread.interrupted()) {
                throw new InterruptedException();
              }
            });
    return Mayfly.run(around, arguments);
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private static PrintStream stream(ByteArrayOutputStream to) {
    return new PrintStream(to, true, StandardCharsets.UTF_8);
  }
}
