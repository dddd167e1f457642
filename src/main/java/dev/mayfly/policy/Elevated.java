package dev.mayfly.policy;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * A person, with what their login said of itself.
 *
 * @param person whose attributes hold the claims, {@code groups} as a list of text
 * @param authTime when they last proved who they are
 * @param acr how, as one word of the provider's (OpenID Connect Core 2)
 * @param amr how, as the methods used
 */
public record Elevated(Subject person, Instant authTime, Optional<String> acr, Set<String> amr) {

  public Elevated {
    amr = Set.copyOf(amr);
  }
}
