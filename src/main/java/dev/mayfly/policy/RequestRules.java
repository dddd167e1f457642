package dev.mayfly.policy;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How a role is requested: for how long, with which inputs, under which conditions, decided by
 * whom.
 *
 * @param usual the duration when none is asked for
 * @param requestWaits how long a request waits to be decided; the broker's default when absent
 * @param approvalWaits how long an approval waits to be activated; the broker's default when absent
 * @param idle an active grant under which nothing was minted for so long is released
 * @param inputs by name, in the order of the document
 * @param conditionSource CEL that must hold for a request to be made, approved and activated
 * @param autoSource CEL; while it holds nobody needs to approve
 * @param login what the requester's login must have been like
 * @param stages each must be satisfied, in this order; none: only {@code autoSource} approves
 * @param checks outside facts, known to the conditions as {@code checks.NAME}
 * @param excludes roles that one person may not hold beside this one; see {@link
 *     CompiledPolicy#excluded}
 * @param independent whether nobody may approve who could have the role themselves
 * @param noReciprocal within this time nobody approves for who approved for them
 * @param onBehalf groups whose members may request it for others
 * @param agents identity entries of kind agent that may act under it for who could request it
 * @param extendable whether a grant of it may be extended
 */
public record RequestRules(
    Duration shortest,
    Duration usual,
    Duration longest,
    Optional<Duration> requestWaits,
    Optional<Duration> approvalWaits,
    Optional<Duration> idle,
    Map<String, Input> inputs,
    Optional<String> conditionSource,
    Optional<String> autoSource,
    LoginDemand login,
    List<Stage> stages,
    List<Check> checks,
    Set<String> excludes,
    boolean independent,
    Optional<Duration> noReciprocal,
    Set<String> onBehalf,
    Set<String> agents,
    boolean extendable,
    Optional<BreakGlass> breakGlass) {

  public RequestRules {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    stages = List.copyOf(stages);
    checks = List.copyOf(checks);
    excludes = Set.copyOf(excludes);
    onBehalf = Set.copyOf(onBehalf);
    agents = Set.copyOf(agents);
  }
}
