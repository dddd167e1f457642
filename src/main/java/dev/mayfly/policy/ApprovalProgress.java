package dev.mayfly.policy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How far an approval has come, by the present policy and the approvers' present groups.
 *
 * @param satisfied whether every stage is; never when there is none
 * @param stage the index of the one under way; the number of stages when satisfied
 * @param since when that stage began, or when the last one was satisfied
 * @param escalatesAt when somebody else will suffice; empty when nobody will, or does already
 * @param open the sets of people of whom one more would help
 * @param counted the names of those whose approval counts for something
 */
public record ApprovalProgress(
    boolean satisfied,
    int stage,
    Instant since,
    Optional<Instant> escalatesAt,
    List<ApprovalRule.Leaf> open,
    List<String> counted) {

  public ApprovalProgress {
    open = List.copyOf(open);
    counted = List.copyOf(counted);
  }
}
