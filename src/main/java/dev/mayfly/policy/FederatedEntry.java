package dev.mayfly.policy;

import java.time.Instant;
import java.util.Map;

/** An identity entry that a trust's JWTs may prove, with its condition and name compiled. */
public record FederatedEntry(
    Trust trust, IdentityEntry entry, Condition condition, SpiffeTemplate template) {

  /** Whether these verified claims are this entry's. */
  public Condition.Verdict judge(Map<String, Object> claims, Instant now) {
    return condition.judge(Map.of("claims", claims, "now", now));
  }
}
