package dev.mayfly.policy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A policy document's text, read and judged: what {@code mayfly policy lint} shows. */
public final class PolicyDocument {

  private PolicyDocument() {}

  /**
   * What a reader needs to know.
   *
   * @param policy what it says; present when its form is right, even if lint found errors
   * @param findings errors and warnings in the order of the document
   */
  public record Judged(Optional<Policy> policy, List<Finding> findings) {

    /** Whether it may be activated. */
    public boolean isClean() {
      return policy.isPresent() && findings.stream().noneMatch(Finding::isError);
    }
  }

  /** Reads and judges; {@code now} is what review dates and ends are compared with. */
  public static Judged judge(String text, Instant now) {
    PolicyParser.Parsed parsed = PolicyParser.parse(text);
    List<Finding> findings = new ArrayList<>(parsed.findings());
    parsed
        .policy()
        .ifPresent(policy -> findings.addAll(PolicyLint.check(policy, parsed.positions(), now)));
    return new Judged(parsed.policy(), List.copyOf(findings));
  }
}
