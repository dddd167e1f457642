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
 * @param form in which; of certificates, {@code resources} are the names wanted
 */
public record Ask(
    Optional<String> role,
    Set<String> scopes,
    List<String> resources,
    Optional<Duration> ttl,
    Form form) {

  /** For a token. */
  public Ask(
      Optional<String> role, Set<String> scopes, List<String> resources, Optional<Duration> ttl) {
    this(role, scopes, resources, ttl, Form.TOKEN);
  }

  /** The same for other scopes and resources. */
  public Ask narrowed(Set<String> fewerScopes, List<String> fewerResources) {
    return new Ask(role, fewerScopes, fewerResources, ttl, form);
  }

  public Ask {
    scopes = Set.copyOf(scopes);
    resources = List.copyOf(resources);
  }
}
