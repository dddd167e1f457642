package dev.mayfly.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the policy says to a well-formed request of somebody eligible. It says nothing of what
 * others hold or did: toxic combinations and reciprocal approvals are the grant room's to look up.
 *
 * @param duration asked, or the role's usual one
 * @param audiences that would be given, sorted, never empty
 * @param scopes that would be given, sorted, never empty
 * @param authorityEndsAt no grant reaches past it
 * @param inputs as they were read, in the order of the document
 * @param results each condition and outside fact that was looked at
 * @param obstacles those of the results that keep it from being permitted; none when it is
 * @param permitted whether it may be requested, approved and activated now
 * @param autoApproved whether nobody needs to approve it; only when permitted
 * @param stages of the approval it needs when it is not
 * @param freshLoginNeeded whether the requester must first log in anew or more strongly
 */
public record Assessment(
    Role role,
    Entitlement entitlement,
    Duration duration,
    Set<String> audiences,
    Set<String> scopes,
    Instant authorityEndsAt,
    Map<String, Object> inputs,
    List<CheckResult> results,
    List<CheckResult> obstacles,
    boolean permitted,
    boolean autoApproved,
    List<Stage> stages,
    boolean freshLoginNeeded) {

  public Assessment {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    results = List.copyOf(results);
    obstacles = List.copyOf(obstacles);
    stages = List.copyOf(stages);
  }

  /** What each outside fact came to. */
  public List<CheckResult> facts() {
    return results.stream().filter(CheckResult::isOutside).toList();
  }

  /** Whether an outside fact has no answer: what is refused now may not be in a moment. */
  public boolean lacksFacts() {
    return facts().stream().anyMatch(fact -> fact.result() == CheckResult.Result.FAILED);
  }
}
