package dev.mayfly.policy;

import java.time.Instant;
import java.util.Map;

/**
 * An identity entry that a people's login may prove, with its condition and name compiled.
 *
 * @param role what a session of such a person holds, with the audience resolved
 */
public record LoginEntry(
    Login login, IdentityEntry entry, Condition condition, SpiffeTemplate template, Role role) {

  /** Whether these verified claims are this entry's; {@code groups} must be a list of text. */
  public Condition.Verdict judge(Map<String, Object> claims, Instant now) {
    return condition.judge(Map.of("claims", claims, "now", now));
  }
}
