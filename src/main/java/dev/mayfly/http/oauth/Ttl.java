package dev.mayfly.http.oauth;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Pattern;

/** Reads the {@code ttl} a caller asks for: {@code 90s}, {@code 5m}, {@code 1h} or ISO 8601. */
final class Ttl {

  private static final Pattern SHORT = Pattern.compile("[0-9]{1,6}[smh]");
  private static final Pattern ISO = Pattern.compile("PT[0-9HMS]{2,9}");

  private Ttl() {}

  static Outcome<Duration> parse(String text) {
    String iso = SHORT.matcher(text).matches() ? "PT" + text.toUpperCase(Locale.ROOT) : text;
    if (ISO.matcher(iso).matches()) {
      try {
        Duration ttl = Duration.parse(iso);
        if (ttl.isPositive()) {
          return Outcome.ok(ttl);
        }
      } catch (DateTimeParseException e) {
        // Said below, like every other text that is no duration.
      }
    }
    return Outcome.refused(
        new Refusal.Malformed("malformed-ttl", "ttl must be a duration like 90s, 5m or PT5M"));
  }
}
