package dev.mayfly.policy;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whose approval suffices: a tree of sets of people. It holds only when <em>different</em> people
 * can be found for all that it needs ({@link Assignment}).
 */
public sealed interface ApprovalRule {

  /** Every one of these. */
  record All(List<ApprovalRule> rules) implements ApprovalRule {
    public All {
      rules = List.copyOf(rules);
    }
  }

  /** One of these. */
  record Any(List<ApprovalRule> rules) implements ApprovalRule {
    public Any {
      rules = List.copyOf(rules);
    }
  }

  /** A set of people, and how many of them it takes. */
  sealed interface Leaf extends ApprovalRule permits Group, Owner, Manager {
    default int count() {
      return 1;
    }
  }

  /** So many members of this group. */
  record Group(String group, int count) implements Leaf {}

  /** A member of the group named like the role's owner. */
  record Owner() implements Leaf {}

  /** The requester's manager; where the login names none, a member of their entry's owner. */
  record Manager() implements Leaf {}

  /** The sets of people in it, from left to right. */
  default Stream<Leaf> leaves() {
    return switch (this) {
      case All(List<ApprovalRule> rules) -> rules.stream().flatMap(ApprovalRule::leaves);
      case Any(List<ApprovalRule> rules) -> rules.stream().flatMap(ApprovalRule::leaves);
      case Leaf leaf -> Stream.of(leaf);
    };
  }

  /** As a person reads it: {@code 2 of sre and (the owner or the requester's manager)}. */
  default String text() {
    return switch (this) {
      case All(List<ApprovalRule> rules) -> joined(rules, " and ");
      case Any(List<ApprovalRule> rules) -> joined(rules, " or ");
      case Group(String group, int count) -> count + " of " + group;
      case Owner() -> "the role's owner";
      case Manager() -> "the requester's manager";
    };
  }

  private static String joined(List<ApprovalRule> rules, String by) {
    return rules.stream()
        .map(
            rule ->
                rule instanceof Leaf || rules.size() == 1 ? rule.text() : "(" + rule.text() + ")")
        .collect(Collectors.joining(by));
  }
}
