package dev.mayfly.policy;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Somebody who approves, or might, as the policy looks at them.
 *
 * @param name their SPIFFE ID
 * @param entry the id of their identity entry
 * @param groups at present
 * @param email only when the provider says it is verified
 */
public record Approver(
    String name,
    String entry,
    Set<String> groups,
    Optional<String> email,
    Optional<String> preferredName) {

  public Approver {
    groups = Set.copyOf(groups);
  }

  /** From the claims of their login. */
  public static Approver of(Subject person) {
    Map<String, Object> claims = person.attributes();
    boolean verified = Boolean.TRUE.equals(claims.get("email_verified"));
    return new Approver(
        person.name(),
        person.entry().id(),
        groups(claims),
        verified ? text(claims, "email") : Optional.empty(),
        text(claims, "preferred_username"));
  }

  /** The groups that claims list under {@code groups}; whatever is no text is left out. */
  static Set<String> groups(Map<String, Object> claims) {
    return claims.get("groups") instanceof Collection<?> some
        ? some.stream()
            .filter(String.class::isInstance)
            .map(String.class::cast)
            .collect(Collectors.toUnmodifiableSet())
        : Set.of();
  }

  static Optional<String> text(Map<String, Object> claims, String name) {
    return claims.get(name) instanceof String text && !text.isBlank()
        ? Optional.of(text)
        : Optional.empty();
  }
}
