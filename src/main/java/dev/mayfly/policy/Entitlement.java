package dev.mayfly.policy;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * Who may ask for a role.
 *
 * @param identity the entry id
 * @param until the moment it ends
 * @param scopes narrows the role's, when given
 * @param audiences narrows the role's, when given
 * @param groups any of which a person of the entry must be in; none: all of the entry
 */
public record Entitlement(
    String role,
    String identity,
    Type type,
    Instant until,
    Optional<Set<String>> scopes,
    Optional<Set<String>> audiences,
    Set<String> groups) {

  public Entitlement {
    scopes = scopes.map(Set::copyOf);
    audiences = audiences.map(Set::copyOf);
    groups = Set.copyOf(groups);
  }

  /** Whether it is for somebody with these verified claims. */
  boolean covers(Set<String> presentGroups) {
    return groups.isEmpty() || presentGroups.stream().anyMatch(groups::contains);
  }

  /** How one comes to the grant. */
  public enum Type {
    /** By asking; the policy has already approved. */
    STANDING,
    /** By a request that somebody approves. */
    ELIGIBLE
  }
}
