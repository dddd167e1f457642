package dev.mayfly.policy;

import java.time.Duration;
import java.util.Set;

/**
 * A role that may be taken at once and is looked at afterwards.
 *
 * @param reviewers groups; somebody of one of them closes the review
 * @param within the time they have for it, from activation
 */
public record BreakGlass(Set<String> reviewers, Duration within) {

  public BreakGlass {
    reviewers = Set.copyOf(reviewers);
  }
}
