package dev.mayfly.policy;

import java.util.ArrayList;
import java.util.List;

/** Reads the stages of an approval, each a tree of sets of people. */
final class ApprovalReader {

  /** What can be written; lint says what can be had ({@link RequestLint}). */
  private static final int MAX_COUNT = 100;

  private static final List<String> KINDS = List.of("all", "any", "group", "owner", "manager");

  private ApprovalReader() {}

  static List<Stage> stages(Section section) {
    return section.someSections("approval").stream().map(ApprovalReader::stage).toList();
  }

  private static Stage stage(Section section) {
    Stage stage =
        new Stage(
            ruleOf(section), section.optionalSection("escalate").map(ApprovalReader::escalation));
    section.done();
    return stage;
  }

  private static Stage.Escalation escalation(Section section) {
    Stage.Escalation escalation =
        new Stage.Escalation(PolicyParser.duration(section, "after"), ruleOf(section));
    section.done();
    return escalation;
  }

  private static ApprovalRule ruleOf(Section section) {
    return section
        .section("rule")
        .map(ApprovalReader::rule)
        .orElse(new ApprovalRule.Any(List.of()));
  }

  private static ApprovalRule rule(Section section) {
    List<String> kinds = new ArrayList<>(KINDS);
    kinds.retainAll(section.names());
    ApprovalRule rule =
        switch (kinds.size() == 1 ? kinds.getFirst() : "") {
          case "all" -> new ApprovalRule.All(rules(section, "all"));
          case "any" -> new ApprovalRule.Any(rules(section, "any"));
          case "group" -> new ApprovalRule.Group(section.text("group"), count(section));
          case "owner" -> flagged(section, "owner", new ApprovalRule.Owner());
          case "manager" -> flagged(section, "manager", new ApprovalRule.Manager());
          default -> {
            section
                .findings()
                .error(
                    FindingCode.MISSING_KEY,
                    section.position(),
                    "a rule is one of " + String.join(", ", KINDS));
            yield new ApprovalRule.Any(List.of());
          }
        };
    section.done();
    return rule;
  }

  private static List<ApprovalRule> rules(Section section, String key) {
    return section.someSections(key).stream().map(ApprovalReader::rule).toList();
  }

  private static int count(Section section) {
    return section.has("count") ? (int) section.wholeNumber("count", 1, MAX_COUNT) : 1;
  }

  private static ApprovalRule flagged(Section section, String key, ApprovalRule rule) {
    if (!section.flag(key, true)) {
      section.error(
          FindingCode.BAD_VALUE, key, "leave %s out where it is not asked".formatted(key));
    }
    return rule;
  }
}
