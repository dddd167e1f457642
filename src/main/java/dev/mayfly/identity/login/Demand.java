package dev.mayfly.identity.login;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How fresh and how strong a login is wanted (OpenID Connect Core 3.1.2.1, RFC 9470).
 *
 * @param maxAge how long ago the person may have proven themselves; zero: they do so now
 * @param acr one of these authentication contexts, the most wanted first; none: any
 */
public record Demand(Optional<Duration> maxAge, List<String> acr) {

  private static final Pattern CONTEXTS = Pattern.compile("[!-~]{1,100}( [!-~]{1,100}){0,9}");

  /** Any login will do. */
  public static final Demand NONE = new Demand(Optional.empty(), List.of());

  public Demand {
    acr = List.copyOf(acr);
  }

  /**
   * Reads {@code acr_values}: at most ten, of at most a hundred printable characters.
   *
   * @return empty when it is none of that
   */
  public static Optional<List<String>> contexts(String acrValues) {
    return CONTEXTS.matcher(acrValues).matches()
        ? Optional.of(List.of(acrValues.split(" ", -1)))
        : Optional.empty();
  }

  boolean isFresh() {
    return maxAge.filter(Duration::isZero).isPresent();
  }
}
