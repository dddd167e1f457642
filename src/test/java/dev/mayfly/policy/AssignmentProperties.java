package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/** The matching behind an approval, against an oracle that tries every choice there is (rule 9). */
class AssignmentProperties {

  private static final List<String> GROUPS = List.of("a", "b", "c");

  private static boolean fits(ApprovalRule.Leaf leaf, Person person) {
    return leaf instanceof ApprovalRule.Group(String group, int count)
        && person.groups().contains(group);
  }

  /** Somebody who approves: two may be in the same groups and are still two. */
  record Person(int number, Set<String> groups) {}

  @Property(tries = 3_000)
  void matchingAgreesWithTryingEverything_whateverTheRule(
      @ForAll("rules") ApprovalRule rule, @ForAll("people") List<Person> people) {
    boolean expected = holds(List.of(rule), people);
    Statistics.label("holds")
        .collect(expected)
        .coverage(checker -> checker.check(true).percentage(share -> share > 10 && share < 90));
    assertThat(new Assignment<>(people, AssignmentProperties::fits).satisfies(rule))
        .isEqualTo(expected);
  }

  @Property(tries = 1_000)
  void oneMorePersonNeverTakesAnApprovalAway_whateverTheRule(
      @ForAll("rules") ApprovalRule rule, @ForAll("people") List<Person> people) {
    if (new Assignment<>(people, AssignmentProperties::fits).satisfies(rule)) {
      List<Person> more = new ArrayList<>(people);
      more.addFirst(new Person(100, Set.of("a", "c")));
      assertThat(new Assignment<>(more, AssignmentProperties::fits).satisfies(rule)).isTrue();
    }
  }

  @Property(tries = 1_000)
  void whoIsCountedAloneSuffices_whenTheRuleHolds(
      @ForAll("rules") ApprovalRule rule, @ForAll("people") List<Person> people) {
    Assignment<Person> assignment = new Assignment<>(people, AssignmentProperties::fits);
    Set<Person> counted = assignment.counted(rule);
    assertThat(people).containsAll(counted);
    if (assignment.satisfies(rule)) {
      assertThat(holds(List.of(rule), List.copyOf(counted))).isTrue();
    }
  }

  /**
   * The oracle: serves the first thing needed in every possible way, with each person left. It
   * knows nothing of alternatives or augmenting paths.
   */
  private static boolean holds(List<ApprovalRule> needed, List<Person> left) {
    if (needed.isEmpty()) {
      return true;
    }
    List<ApprovalRule> rest = needed.subList(1, needed.size());
    return switch (needed.getFirst()) {
      case ApprovalRule.All(List<ApprovalRule> rules) -> holds(joined(rules, rest), left);
      case ApprovalRule.Any(List<ApprovalRule> rules) ->
          rules.stream().anyMatch(one -> holds(joined(List.of(one), rest), left));
      case ApprovalRule.Group(String group, int count) ->
          left.stream()
              .filter(person -> person.groups().contains(group))
              .anyMatch(
                  person ->
                      holds(
                          count == 1
                              ? rest
                              : joined(List.of(new ApprovalRule.Group(group, count - 1)), rest),
                          without(left, person)));
      case ApprovalRule.Owner owner -> false;
      case ApprovalRule.Manager manager -> false;
    };
  }

  private static List<ApprovalRule> joined(List<ApprovalRule> one, List<ApprovalRule> other) {
    List<ApprovalRule> all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }

  private static List<Person> without(List<Person> people, Person one) {
    List<Person> left = new ArrayList<>(people);
    left.remove(one);
    return left;
  }

  @Provide
  Arbitrary<ApprovalRule> rules() {
    return rule(2);
  }

  @Provide
  Arbitrary<List<Person>> people() {
    return Arbitraries.of(GROUPS)
        .set()
        .ofMaxSize(3)
        .list()
        .ofMaxSize(6)
        .map(
            sets -> {
              List<Person> people = new ArrayList<>();
              sets.forEach(groups -> people.add(new Person(people.size(), new HashSet<>(groups))));
              return people;
            });
  }

  private static Arbitrary<ApprovalRule> rule(int depth) {
    Arbitrary<ApprovalRule> leaf =
        Arbitraries.of(GROUPS)
            .flatMap(
                group ->
                    Arbitraries.integers()
                        .between(1, 2)
                        .map(count -> new ApprovalRule.Group(group, count)));
    if (depth == 0) {
      return leaf;
    }
    Arbitrary<List<ApprovalRule>> inner = rule(depth - 1).list().ofMinSize(1).ofMaxSize(3);
    return Arbitraries.oneOf(
        leaf, inner.map(ApprovalRule.All::new), inner.map(ApprovalRule.Any::new));
  }
}
