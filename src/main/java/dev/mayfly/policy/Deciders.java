package dev.mayfly.policy;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which roles' requests a group may be asked about, and from which stage on: read from all rules
 * once, because whoever looks what waits for them would read thousands each time.
 */
final class Deciders {

  /** By group, then by role: the first stage that names the group. */
  private final Map<String, Map<String, Integer>> groups = new HashMap<>();

  /** By role: the first stage that asks managers, who may be anybody. */
  private final Map<String, Integer> managers = new HashMap<>();

  Deciders(Policy policy) {
    for (Role role : policy.roles().values()) {
      role.request().ifPresent(rules -> add(role, rules));
    }
  }

  private void add(Role role, RequestRules rules) {
    for (int stage = 0; stage < rules.stages().size(); stage++) {
      int first = stage;
      leaves(rules.stages().get(stage)).forEach(leaf -> add(role, leaf, first));
    }
  }

  private void add(Role role, ApprovalRule.Leaf leaf, int stage) {
    switch (leaf) {
      case ApprovalRule.Group(String group, int count) -> add(role, group, stage);
      case ApprovalRule.Owner() -> add(role, role.owner(), stage);
      case ApprovalRule.Manager() -> managers.putIfAbsent(role.id(), stage);
    }
  }

  private void add(Role role, String group, int stage) {
    groups.computeIfAbsent(group, name -> new HashMap<>()).putIfAbsent(role.id(), stage);
  }

  private static Stream<ApprovalRule.Leaf> leaves(Stage stage) {
    Optional<ApprovalRule> later = stage.escalation().map(Stage.Escalation::rule);
    return Stream.concat(stage.rule().leaves(), later.stream().flatMap(ApprovalRule::leaves));
  }

  /**
   * The roles that name one of these groups, each with how many others must have said yes before
   * they may be asked: every stage takes at least one person, and nobody counts twice.
   */
  Map<String, Integer> of(Set<String> some) {
    Map<String, Integer> words = new HashMap<>();
    for (String group : some) {
      groups
          .getOrDefault(group, Map.of())
          .forEach((role, stage) -> words.merge(role, stage, Math::min));
    }
    words.replaceAll((role, stage) -> Math.min(stage, managers.getOrDefault(role, stage)));
    return words;
  }

  /** The roles that ask the managers of who requests them. */
  Set<String> managed() {
    return managers.keySet();
  }
}
