package dev.mayfly.identity.login;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How fresh and how strong a login is wanted (OpenID Connect Core 3.1.2.1, RFC 9470).
 *
 * @param maxAge how long ago the person may have proven themselves; zero: they do so now
 * @param acr one of these authentication contexts, the most wanted first; none: any
 */
public record Demand(Optional<Duration> maxAge, List<String> acr) {

  /** Any login will do. */
  public static final Demand NONE = new Demand(Optional.empty(), List.of());

  public Demand {
    acr = List.copyOf(acr);
  }

  boolean isFresh() {
    return maxAge.filter(Duration::isZero).isPresent();
  }
}
