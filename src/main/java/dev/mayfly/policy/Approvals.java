package dev.mayfly.policy;

import dev.mayfly.Refusal;
import dev.mayfly.policy.ApprovalRule.Leaf;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Whether the approvals of one request suffice, at one moment (rule 9).
 *
 * <p>A stage ends at the first moment at which different people can be found for it and for every
 * stage before it; so one person counts once over all stages. Nothing of this is stored: an
 * approver who lost a group, or a policy that changed, counts at once.
 */
final class Approvals {

  private final Question question;
  private final List<Approval> valid;

  /**
   * What is being decided.
   *
   * @param who what the policy says of people
   * @param since when the first stage began
   */
  record Question(
      Who who, List<Stage> stages, Role role, Requester requester, Instant since, Instant now) {}

  /** What the policy says of people. */
  interface Who {
    boolean isPerson(Approver approver);

    /** Whether they are entitled to the role themselves. */
    boolean couldHave(Approver approver, Role role);
  }

  /** Stages that are done, each with the rule that was in force when it was. */
  private record Walk(List<ApprovalRule> done, Instant since) {}

  Approvals(Question question, List<Approval> approvals) {
    this.question = question;
    Map<String, Approval> byName = new LinkedHashMap<>();
    approvals.stream()
        .filter(approval -> !approval.at().isAfter(question.now()))
        .filter(approval -> barred(approval.approver()).isEmpty())
        .forEach(approval -> byName.putIfAbsent(approval.approver().name(), approval));
    this.valid = List.copyOf(byName.values());
  }

  ApprovalProgress progress() {
    Walk walk = walk();
    int stage = walk.done().size();
    if (stage == question.stages().size()) {
      ApprovalRule whole = new ApprovalRule.All(walk.done());
      return new ApprovalProgress(
          stage > 0, stage, walk.since(), Optional.empty(), List.of(), counted(whole));
    }
    Stage current = question.stages().get(stage);
    ApprovalRule rule = inForce(current, walk.since(), question.now());
    Optional<Instant> escalates =
        current
            .escalation()
            .map(escalation -> walk.since().plus(escalation.after()))
            .filter(question.now()::isBefore);
    return new ApprovalProgress(
        false, stage, walk.since(), escalates, open(walk, rule), counted(and(walk.done(), rule)));
  }

  /** Why this person's approval would not count; empty when it would. */
  Optional<Refusal> objection(Approver candidate) {
    return beforehand(candidate).or(() -> notAsked(candidate, progress()));
  }

  /** How far it has come, where this person's approval would count. */
  Optional<ApprovalProgress> openTo(Approver candidate) {
    return beforehand(candidate).isPresent()
        ? Optional.empty()
        : Optional.of(progress()).filter(so -> notAsked(candidate, so).isEmpty());
  }

  /** What stands against them whatever the others say. */
  private Optional<Refusal> beforehand(Approver candidate) {
    return barred(candidate)
        .or(
            () ->
                valid.stream().anyMatch(one -> one.approver().name().equals(candidate.name()))
                    ? refuse("approved-already", candidate.name() + " has approved this already")
                    : Optional.empty());
  }

  private Optional<Refusal> notAsked(Approver candidate, ApprovalProgress progress) {
    return progress.open().stream().anyMatch(leaf -> fits(leaf, candidate))
        ? Optional.empty()
        : refuse("approver-not-asked", candidate.name() + " is not among those who decide now");
  }

  /** Rule 9, and what the role adds to it. */
  private Optional<Refusal> barred(Approver approver) {
    if (!question.who().isPerson(approver)) {
      return refuse("approver-not-a-person", approver.name() + " is no person of this policy");
    }
    if (question.requester().isSelf(approver)) {
      return refuse("self-approval", approver.name() + " would approve for themselves");
    }
    boolean independent = question.role().request().map(RequestRules::independent).orElse(false);
    return independent && question.who().couldHave(approver, question.role())
        ? refuse("approver-not-independent", approver.name() + " could have the role themselves")
        : Optional.empty();
  }

  private Walk walk() {
    List<ApprovalRule> done = new ArrayList<>();
    Instant since = question.since();
    for (Stage stage : question.stages()) {
      Optional<Instant> end = end(done, stage, since);
      if (end.isEmpty()) {
        break;
      }
      done.add(inForce(stage, since, end.get()));
      since = end.get();
    }
    return new Walk(done, since);
  }

  /** The first moment from {@code since} to now at which this stage and those before it hold. */
  private Optional<Instant> end(List<ApprovalRule> done, Stage stage, Instant since) {
    Stream<Instant> moments =
        Stream.of(
                Stream.of(since),
                valid.stream().map(Approval::at),
                stage.escalation().map(escalation -> since.plus(escalation.after())).stream())
            .flatMap(some -> some);
    return moments
        .filter(at -> !at.isBefore(since) && !at.isAfter(question.now()))
        .sorted()
        .distinct()
        .filter(at -> assignment(upTo(at)).satisfies(and(done, inForce(stage, since, at))))
        .findFirst();
  }

  /** From the escalation on, either rule suffices. */
  private static ApprovalRule inForce(Stage stage, Instant since, Instant at) {
    return stage
        .escalation()
        .filter(escalation -> !at.isBefore(since.plus(escalation.after())))
        .<ApprovalRule>map(
            escalation -> new ApprovalRule.Any(List.of(stage.rule(), escalation.rule())))
        .orElse(stage.rule());
  }

  /** The sets of the rule where one more person, of that set alone, would help. */
  private List<Leaf> open(Walk walk, ApprovalRule rule) {
    List<List<Leaf>> alternatives = Assignment.alternatives(and(walk.done(), rule));
    return rule.leaves().distinct().filter(leaf -> helps(leaf, alternatives)).toList();
  }

  private boolean helps(Leaf leaf, List<List<Leaf>> alternatives) {
    List<Optional<Approver>> withOneMore = new ArrayList<>();
    upTo(question.now()).forEach(approver -> withOneMore.add(Optional.of(approver)));
    Assignment<Optional<Approver>> before = possible(withOneMore, leaf);
    withOneMore.add(Optional.empty());
    Assignment<Optional<Approver>> after = possible(withOneMore, leaf);
    return alternatives.stream()
        .filter(one -> one.contains(leaf))
        .anyMatch(one -> after.filled(one).size() > before.filled(one).size());
  }

  /** An empty place among the people stands for somebody of this set alone. */
  private Assignment<Optional<Approver>> possible(List<Optional<Approver>> people, Leaf leaf) {
    return new Assignment<>(
        people, (set, one) -> one.map(approver -> fits(set, approver)).orElse(set.equals(leaf)));
  }

  private List<String> counted(ApprovalRule rule) {
    Set<String> names = new TreeSet<>();
    assignment(upTo(question.now())).counted(rule).forEach(one -> names.add(one.name()));
    return List.copyOf(names);
  }

  private List<Approver> upTo(Instant at) {
    return valid.stream()
        .filter(approval -> !approval.at().isAfter(at))
        .map(Approval::approver)
        .toList();
  }

  private Assignment<Approver> assignment(List<Approver> people) {
    return new Assignment<>(people, this::fits);
  }

  private boolean fits(Leaf leaf, Approver approver) {
    return switch (leaf) {
      case ApprovalRule.Group(String group, int count) -> approver.groups().contains(group);
      case ApprovalRule.Owner() -> approver.groups().contains(question.role().owner());
      case ApprovalRule.Manager() -> question.requester().isManagedBy(approver);
    };
  }

  private static ApprovalRule and(List<ApprovalRule> done, ApprovalRule rule) {
    return new ApprovalRule.All(Stream.concat(done.stream(), Stream.of(rule)).toList());
  }

  private static Optional<Refusal> refuse(String code, String why) {
    return Optional.of(new Refusal.Denied(code, why));
  }
}
