package dev.mayfly.grant;

import dev.mayfly.policy.Elevated;
import dev.mayfly.policy.IdentityEntry;
import dev.mayfly.policy.Subject;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who is logged in, as their provider last described them.
 *
 * @param name the SPIFFE ID
 * @param claims verified; the groups are under {@code groups}
 * @param authTime when they last proved who they are, to the provider
 * @param session the grant of kind SESSION: its end is the login's
 */
public record Person(
    IdentityId id,
    String name,
    IdentityEntry entry,
    Map<String, Object> claims,
    Instant authTime,
    GrantId session) {

  public Person {
    claims = Collections.unmodifiableMap(claims); // JSON: may hold nulls
  }

  public Subject subject() {
    return new Subject(name, entry, claims);
  }

  /** As conditions on a request see them. */
  public Elevated elevated() {
    return new Elevated(subject(), authTime, acr(), amr());
  }

  public Set<String> groups() {
    return texts(claims.get("groups"));
  }

  public Optional<String> email() {
    return claims.get("email") instanceof String email ? Optional.of(email) : Optional.empty();
  }

  /** How they logged in (OIDC Core 2). */
  public Optional<String> acr() {
    return claims.get("acr") instanceof String acr ? Optional.of(acr) : Optional.empty();
  }

  /** By which methods (RFC 8176). */
  public Set<String> amr() {
    return texts(claims.get("amr"));
  }

  private static Set<String> texts(@Nullable Object claim) {
    Set<String> texts = new TreeSet<>();
    switch (claim) {
      case String one -> texts.add(one);
      case Collection<?> several ->
          several.forEach(
              item -> {
                if (item instanceof String text) {
                  texts.add(text);
                }
              });
      case null, default -> {}
    }
    return Set.copyOf(texts);
  }

  /** Without the claims. */
  @Override
  public String toString() {
    return "Person[" + name + "]";
  }
}
