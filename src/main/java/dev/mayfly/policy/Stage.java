package dev.mayfly.policy;

import java.time.Duration;
import java.util.Optional;

/** One step of an approval: whose word suffices, and whose does when nobody has spoken in time. */
public record Stage(ApprovalRule rule, Optional<Escalation> escalation) {

  /**
   * Who else suffices later.
   *
   * @param after the time since the stage began from which this rule suffices too
   */
  public record Escalation(Duration after, ApprovalRule rule) {}
}
