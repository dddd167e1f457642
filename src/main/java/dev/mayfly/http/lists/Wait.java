package dev.mayfly.http.lists;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code Prefer: wait=N} (RFC 7240 4.3). */
final class Wait {

  private static final Pattern WAIT =
      Pattern.compile("(?:^|[,;])\\s*wait\\s*=\\s*\"?([0-9]{1,4})\"?\\s*(?:[,;]|$)");

  private Wait() {}

  /** How long the caller would wait, at most {@code longest}; empty when it would not. */
  static Optional<Duration> preferred(@Nullable String prefer, Duration longest) {
    if (prefer == null) {
      return Optional.empty();
    }
    Matcher wait = WAIT.matcher(prefer);
    if (!wait.find()) {
      return Optional.empty();
    }
    Duration asked = Duration.ofSeconds(Long.parseLong(wait.group(1)));
    return Optional.of(asked.compareTo(longest) > 0 ? longest : asked).filter(Duration::isPositive);
  }
}
