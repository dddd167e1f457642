package dev.mayfly.grant;

import dev.mayfly.policy.ApprovalRule;
import dev.mayfly.policy.Approver;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Login;
import dev.mayfly.policy.RequestRules;
import dev.mayfly.policy.Role;
import dev.mayfly.policy.Stage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
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
    Set<String> groups = person.groups();
    Map<String, Integer> named = new HashMap<>();
    Set<String> managed = new HashSet<>();
    for (Role role : policy.policy().roles().values()) {
      List<Stage> stages = role.request().map(RequestRules::stages).orElse(List.of());
      if (stages.stream().anyMatch(stage -> names(stage, role, groups))) {
        named.put(role.id(), wordsBefore(stages, role, groups));
      } else if (stages.stream().anyMatch(DecidedRoles::asksManagers)) {
        managed.add(role.id());
      }
    }
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

  /** Whether a rule of this role names one of these groups. */
  static boolean names(Role role, RequestRules rules, Set<String> groups) {
    return rules.stages().stream().anyMatch(stage -> names(stage, role, groups));
  }

  /**
   * How many others must have said yes before these groups may be asked: every stage takes at least
   * one, and nobody counts twice. Managers may be anybody.
   */
  private static int wordsBefore(List<Stage> stages, Role role, Set<String> groups) {
    int before = 0;
    while (!names(stages.get(before), role, groups) && !asksManagers(stages.get(before))) {
      before++;
    }
    return before;
  }

  /** Whose manager somebody is depends on who asks: that is not looked at here. */
  private static boolean names(Stage stage, Role role, Set<String> groups) {
    return leaves(stage)
        .anyMatch(
            leaf ->
                switch (leaf) {
                  case ApprovalRule.Group(String group, int count) -> groups.contains(group);
                  case ApprovalRule.Owner() -> groups.contains(role.owner());
                  case ApprovalRule.Manager() -> false;
                });
  }

  private static boolean asksManagers(Stage stage) {
    return leaves(stage).anyMatch(ApprovalRule.Manager.class::isInstance);
  }

  private static Stream<ApprovalRule.Leaf> leaves(Stage stage) {
    Optional<ApprovalRule> later = stage.escalation().map(Stage.Escalation::rule);
    return Stream.concat(stage.rule().leaves(), later.stream().flatMap(ApprovalRule::leaves));
  }
}
