package dev.mayfly.cli;

import dev.mayfly.cli.broker.Stop;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A point in the past as people say it: so long ago, or by the calendar. */
final class Since {

  private static final Pattern AGO = Pattern.compile("(\\d{1,6})(s|m|h|d)");

  private Since() {}

  static Instant parse(String text, Instant now) throws Stop {
    Matcher ago = AGO.matcher(text);
    if (ago.matches()) {
      long number = Long.parseLong(ago.group(1));
      return now.minus(
          switch (ago.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
          });
    }
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw Stop.usage(
          "--since does not understand " + text, "write 15m, 2h, 1d or 2026-11-21T08:00:00Z");
    }
  }
}
