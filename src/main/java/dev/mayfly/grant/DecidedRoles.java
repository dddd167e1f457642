package dev.mayfly.grant;

import dev.mayfly.policy.Approver;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Login;
import dev.mayfly.policy.RequestRules;
import dev.mayfly.policy.Role;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which roles' requests somebody could be asked about, by the policy alone: what of it they may
 * decide now is judged request by request.
 */
final class DecidedRoles {

  private DecidedRoles() {}

  /** What a look at waiting requests is narrowed by, before any of them is judged. */
  static ElevationTables.Decider decider(Person person, CompiledPolicy policy) {
    Map<String, Integer> named = policy.decidedBy(person.groups());
    Set<String> managed = new HashSet<>(policy.decidedByManagers());
    managed.removeAll(named.keySet());
    Approver self = Approver.of(person.subject());
    return new ElevationTables.Decider(
        named,
        managed,
        policy.policy().logins().values().stream()
            .filter(login -> login.managerClaim().isPresent())
            .collect(Collectors.toMap(Login::id, login -> login.managerClaim().orElseThrow())),
        Stream.concat(self.email().stream(), self.preferredName().stream())
            .map(name -> name.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet()));
  }

  /** The roles whose break-glass these groups review. */
  static Set<String> reviewed(CompiledPolicy policy, Set<String> groups) {
    return policy.policy().roles().values().stream()
        .filter(role -> role.request().filter(rules -> reviews(rules, groups)).isPresent())
        .map(Role::id)
        .collect(Collectors.toSet());
  }

  static boolean reviews(RequestRules rules, Set<String> groups) {
    return rules
        .breakGlass()
        .filter(glass -> glass.reviewers().stream().anyMatch(groups::contains))
        .isPresent();
  }
}
