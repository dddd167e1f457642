package dev.mayfly.cli;

import dev.mayfly.cli.broker.Stop;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A point in time as people say it: so far from now, or by the calendar. */
final class Moment {

  private static final Pattern DISTANCE = Pattern.compile("(\\d{1,6})(s|m|h|d)");

  private Moment() {}

  /** {@code 2h} is two hours ago. */
  static Instant past(String option, String text, Instant now) throws Stop {
    Optional<Duration> ago = distance(text);
    return ago.isPresent() ? now.minus(ago.get()) : calendar(option, text);
  }

  /** {@code 2h} is two hours from now. */
  static Instant future(String option, String text, Instant now) throws Stop {
    Optional<Duration> ahead = distance(text);
    return ahead.isPresent() ? now.plus(ahead.get()) : calendar(option, text);
  }

  private static Optional<Duration> distance(String text) {
    Matcher distance = DISTANCE.matcher(text);
    if (!distance.matches()) {
      return Optional.empty();
    }
    long number = Long.parseLong(distance.group(1));
    return Optional.of(
        switch (distance.group(2)) {
          case "s" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          default -> Duration.ofDays(number);
        });
  }

  private static Instant calendar(String option, String text) throws Stop {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw Stop.usage(
          option + " does not understand " + text, "write 15m, 2h, 1d or 2026-11-21T08:00:00Z");
    }
  }
}
