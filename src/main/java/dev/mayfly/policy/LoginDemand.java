package dev.mayfly.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * What a role demands of the login of who requests it (step-up, RFC 9470).
 *
 * @param maxAge how long ago they may have proven themselves
 * @param acr one of these authentication contexts; none: any
 * @param amr all of these methods
 */
public record LoginDemand(Optional<Duration> maxAge, Set<String> acr, Set<String> amr) {

  /** Any login will do. */
  public static final LoginDemand NONE = new LoginDemand(Optional.empty(), Set.of(), Set.of());

  public LoginDemand {
    acr = Set.copyOf(acr);
    amr = Set.copyOf(amr);
  }

  /** Whether this login is fresh and strong enough. */
  boolean metBy(Elevated person, Instant now) {
    return maxAge.map(person.authTime()::plus).filter(now::isAfter).isEmpty()
        && (acr.isEmpty() || person.acr().filter(acr::contains).isPresent())
        && person.amr().containsAll(amr);
  }
}
