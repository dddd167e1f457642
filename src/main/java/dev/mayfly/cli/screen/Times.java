package dev.mayfly.cli.screen;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times as a person reads them: how far away, and the clock on the wall. */
public final class Times {

  private static final DateTimeFormatter TO_THE_MILLISECOND =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);

  private Times() {}

  /** {@code in 4m 52s}, {@code 3h 2m ago}, {@code now}. */
  public static String relative(Instant then, Instant now) {
    Duration distance = Duration.between(now, then);
    if (distance.abs().compareTo(Duration.ofSeconds(1)) < 0) {
      return "now";
    }
    // Nobody cares for hundredths of a second here.
    Duration whole = Duration.ofSeconds(distance.abs().toSeconds());
    return distance.isNegative() ? span(whole) + " ago" : "in " + span(whole);
  }

  /** The two largest units: {@code 4m 52s}, {@code 12d 3h}; below ten seconds {@code 1.25s}. */
  public static String span(Duration span) {
    if (span.compareTo(Duration.ofSeconds(1)) < 0) {
      return span.toMillis() + "ms";
    }
    if (span.compareTo(Duration.ofSeconds(10)) < 0) {
      return String.format(Locale.ROOT, "%.2fs", span.toMillis() / 1000.0)
          .replaceFirst("\\.?0+s$", "s");
    }
    if (span.compareTo(Duration.ofHours(1)) < 0) {
      return two(span.toMinutes(), "m", span.toSecondsPart(), "s");
    }
    if (span.compareTo(Duration.ofDays(1)) < 0) {
      return two(span.toHours(), "h", span.toMinutesPart(), "m");
    }
    return two(span.toDays(), "d", span.toHoursPart(), "h");
  }

  /** The wall clock to the millisecond, for events that are seconds apart. */
  public static String wall(Instant at, ZoneId zone) {
    return TO_THE_MILLISECOND.format(at.atZone(zone));
  }

  private static String two(long large, String largeUnit, long small, String smallUnit) {
    if (large == 0) {
      return small + smallUnit;
    }
    return small == 0 ? large + largeUnit : large + largeUnit + " " + small + smallUnit;
  }
}
