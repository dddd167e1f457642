package dev.mayfly.policy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is asked for.
 *
 * @param role named, or to be found from scopes and resources
 * @param scopes none: all that may be given
 * @param resources RFC 8707; none: all that may be given
 * @param ttl a shorter life than the role's
 */
public record Ask(
    Optional<String> role, Set<String> scopes, List<String> resources, Optional<Duration> ttl) {

  public Ask {
    scopes = Set.copyOf(scopes);
    resources = List.copyOf(resources);
  }
}
