package dev.mayfly;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How people write a length of time, in the policy and in the API: {@code 15m} or ISO 8601. */
public final class DurationText {

  /** Six digits of days are 2,700 years: whatever fits cannot overflow. */
  private static final Pattern SHORT = Pattern.compile("([0-9]{1,6})([smhd])");

  private static final Pattern ISO = Pattern.compile("P[0-9DTHMS]{2,20}");

  private static final long MINUTE = 60;
  private static final long HOUR = 60 * MINUTE;
  private static final long DAY = 24 * HOUR;

  private DurationText() {}

  /** Seconds {@code s}, minutes {@code m}, hours {@code h}, days of 24 hours {@code d}, or ISO. */
  public static Optional<Duration> parse(String text) {
    Matcher match = SHORT.matcher(text);
    if (!match.matches()) {
      return iso(text);
    }
    long amount = Long.parseLong(match.group(1));
    return Optional.of(
        switch (match.group(2)) {
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        });
  }

  /** The same the other way, in the largest unit that is whole: {@code 90m}. */
  public static String of(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds % DAY == 0) {
      return seconds / DAY + "d";
    }
    if (seconds % HOUR == 0) {
      return seconds / HOUR + "h";
    }
    return seconds % MINUTE == 0 ? seconds / MINUTE + "m" : seconds + "s";
  }

  private static Optional<Duration> iso(String text) {
    if (!ISO.matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Duration.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
