package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.Approval;
import dev.mayfly.policy.ApprovalProgress;
import dev.mayfly.policy.Approver;
import dev.mayfly.policy.Assessment;
import dev.mayfly.policy.CheckResult;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Fact;
import dev.mayfly.policy.LoginDemand;
import dev.mayfly.policy.RequestRules;
import dev.mayfly.policy.Requester;
import dev.mayfly.policy.Role;
import dev.mayfly.policy.Wish;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What is asked anew at each step of a request's life, in the words a person gets to read. Every
 * method judges; none writes.
 *
 * @param policy the version that decides, held by the transaction
 * @param now the database's time
 */
record Judgement(CompiledPolicy policy, Instant now) {

  /** Whether the policy still lets the holder have what the grant says. */
  Outcome<Assessment> assess(
      Person holder, ElevationTables.Locked locked, Map<String, Fact> facts) {
    return mayAct(locked).then(yes -> policy.assess(holder.elevated(), wish(locked, facts), now));
  }

  /** The role, if it can still be asked for like this; whether conditions hold is not asked. */
  Outcome<Role> stillAskedFor(Person holder, ElevationTables.Locked locked) {
    return mayAct(locked).then(yes -> policy.mayAsk(holder.subject(), wish(locked, Map.of()), now));
  }

  /** An agent only where the policy still says so, and while it is somebody here itself. */
  private Outcome<Boolean> mayAct(ElevationTables.Locked locked) {
    boolean may =
        locked.grant().acting().isEmpty()
            || (locked.holderActive() && policy.mayAct(locked.entry(), locked.grant().role()));
    return may
        ? Outcome.ok(true)
        : forbidden(
            "agent-not-allowed",
            "%s may not act under %s".formatted(locked.holder(), locked.grant().role()));
  }

  /** What the grant was filed for, to be judged anew. */
  static Wish wish(ElevationTables.Locked locked, Map<String, Fact> facts) {
    Grant.Requested requested = locked.requested();
    return Narrowing.of(requested.ask())
        .wish(
            locked.grant().role(),
            requested.duration(),
            locked.grant().reason(),
            requested.startsAt().filter(locked.now()::isBefore),
            facts);
  }

  /** Conditions that do not hold now may hold later: the request is not ended by them. */
  static Outcome<Assessment> permitted(Assessment assessment) {
    if (assessment.permitted()) {
      return Outcome.ok(assessment);
    }
    String unmet =
        assessment.obstacles().stream()
            .map(result -> result.name() + " " + word(result))
            .collect(Collectors.joining(", "));
    return forbidden(
        "condition-not-met",
        "%s cannot be had like this now: %s".formatted(assessment.role().id(), unmet));
  }

  /** Which outside facts have no answer, and why. */
  static String unanswered(Assessment assessment) {
    String silent =
        assessment.facts().stream()
            .filter(fact -> fact.result() == CheckResult.Result.FAILED)
            .map(fact -> fact.name() + because(fact))
            .collect(Collectors.joining(", "));
    return "without an answer nothing begins: %s; try again".formatted(silent);
  }

  static Outcome<Assessment> freshEnough(Assessment assessment) {
    LoginDemand demand = rules(assessment.role()).login();
    return assessment.freshLoginNeeded()
        ? Outcome.refused(
            new Refusal.StepUp(
                "%s wants a fresh or stronger login: log in again, then repeat this"
                    .formatted(assessment.role().id()),
                demand.maxAge(),
                demand.acr()))
        : Outcome.ok(assessment);
  }

  /** Toxic combinations: what is held beside this role, whichever of the two forbids it. */
  Outcome<Boolean> compatible(String role, TreeSet<String> held) {
    TreeSet<String> toxic = new TreeSet<>(policy.excluded(role));
    toxic.retainAll(held);
    return toxic.isEmpty()
        ? Outcome.ok(true)
        : forbidden(
            "toxic-combination",
            "nobody may hold %s beside %s: end that first"
                .formatted(role, String.join(", ", toxic)));
  }

  /** How far the approvals have come, counted by the approvers' present groups. */
  Uni<ApprovalProgress> progress(
      SqlClient client, Assessment assessment, Person holder, ElevationTables.Locked locked) {
    return approvals(client, locked)
        .map(approvals -> progress(assessment.role(), holder, locked, approvals));
  }

  /** As above, with approvals that were read already. */
  ApprovalProgress progress(
      Role role, Person holder, ElevationTables.Locked locked, List<Approval> approvals) {
    return policy.progress(
        rules(role).stages(),
        role,
        requester(holder, locked),
        approvals,
        locked.grant().requestedAt(),
        now);
  }

  /** Why this person's yes would not count; empty when it would. */
  Uni<Optional<Refusal>> objection(
      SqlClient client, Role role, Person holder, ElevationTables.Locked locked, Person candidate) {
    return approvals(client, locked)
        .map(approvals -> objection(role, holder, locked, approvals, candidate));
  }

  /** As above, with approvals that were read already. */
  Optional<Refusal> objection(
      Role role,
      Person holder,
      ElevationTables.Locked locked,
      List<Approval> approvals,
      Person candidate) {
    return policy.objection(
        rules(role).stages(),
        role,
        requester(holder, locked),
        approvals,
        locked.grant().requestedAt(),
        Approver.of(candidate.subject()),
        now);
  }

  /** How far the approvals have come, while this person's yes would count; empty when not. */
  Optional<ApprovalProgress> open(
      Role role,
      Person holder,
      ElevationTables.Locked locked,
      List<Approval> approvals,
      Person candidate) {
    return policy.open(
        rules(role).stages(),
        role,
        requester(holder, locked),
        approvals,
        locked.grant().requestedAt(),
        Approver.of(candidate.subject()),
        now);
  }

  private Uni<List<Approval>> approvals(SqlClient client, ElevationTables.Locked locked) {
    return ApprovalTables.approvals(client, List.of(locked.grant().id()))
        .chain(
            words ->
                People.latest(
                        client,
                        words.stream().map(ApprovalTables.Word::approver).toList(),
                        policy,
                        now)
                    .map(people -> present(words, people)));
  }

  /** The words of those who are still somebody here. */
  List<Approval> present(List<ApprovalTables.Word> words, Map<IdentityId, Person> people) {
    List<Approval> approvals = new ArrayList<>();
    for (ApprovalTables.Word word : words) {
      Optional.ofNullable(people.get(word.approver()))
          .ifPresent(
              person ->
                  approvals.add(
                      new Approval(
                          Approver.of(person.subject()),
                          word.at().isAfter(now) ? now : word.at())));
    }
    return approvals;
  }

  private Requester requester(Person holder, ElevationTables.Locked locked) {
    Requester requester =
        policy.requester(
            holder.subject(), locked.asker().filter(name -> !name.equals(holder.name())));
    return locked
        .grant()
        .acting()
        .flatMap(acting -> Optional.ofNullable(policy.policy().identities().get(locked.entry())))
        .map(agent -> requester.withAgentOf(agent.owner()))
        .orElse(requester);
  }

  static RequestRules rules(Role role) {
    return role.request()
        .orElseThrow(() -> new IllegalStateException(role.id() + " cannot be requested"));
  }

  private static String word(CheckResult result) {
    return switch (result.result()) {
      case MET -> "holds";
      case NOT_MET -> "does not hold" + because(result);
      case FAILED -> "could not be evaluated" + because(result);
    };
  }

  private static String because(CheckResult result) {
    return result.why().isBlank() ? "" : " (" + result.why() + ")";
  }

  private static <T> Outcome<T> forbidden(String code, String say) {
    return Outcome.refused(new Refusal.Forbidden(code, say));
  }
}
