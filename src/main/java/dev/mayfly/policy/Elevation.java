package dev.mayfly.policy;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.CheckResult.Result;
import dev.mayfly.policy.Rights.Line;
import dev.mayfly.policy.WishReader.Read;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a person may request, and what the policy says to one request. */
final class Elevation {

  private static final String CONDITION = "condition";
  private static final String AUTO = "auto";

  private final Ceilings ceilings;
  private final Rights rights;
  private final Map<String, Conditions> conditions = new HashMap<>();

  /** The conditions of a role's requests. */
  private record Conditions(Optional<Condition> request, Optional<Condition> auto) {}

  /** A line that may be requested. */
  private record Eligible(Line line, RequestRules rules) {}

  Elevation(Ceilings ceilings, Rights rights) {
    this.ceilings = ceilings;
    this.rights = rights;
    for (Role role : rights.roles()) {
      role.request().ifPresent(rules -> conditions.put(role.id(), compile(role, rules)));
    }
  }

  List<Offer> catalog(Subject person, Instant now) {
    if (!now.isBefore(rights.reviewEnd(person))) {
      return List.of();
    }
    Set<String> groups = Approver.groups(person.attributes());
    return rights.of(person.entry().id()).values().stream()
        .flatMap(line -> eligible(line, person, groups, now).stream())
        .map(
            one ->
                new Offer(one.line().role(), one.line().entitlement(), approvalText(one.rules())))
        .sorted(Comparator.comparing(offer -> offer.role().id()))
        .toList();
  }

  /** Whether one role is in this person's catalog, without making the catalog. */
  boolean offers(Subject person, String role, Instant now) {
    return now.isBefore(rights.reviewEnd(person)) && eligible(person, role, now).isPresent();
  }

  Outcome<Assessment> assess(Elevated person, Wish wish, Instant now) {
    return asked(person.person(), wish, now)
        .then(asked -> Outcome.ok(judge(person, asked.one(), wish, asked.read(), now)));
  }

  /** Whether it can be asked for at all. No condition is evaluated, which is most of the work. */
  Outcome<Role> mayAsk(Subject person, Wish wish, Instant now) {
    return asked(person, wish, now).then(asked -> Outcome.ok(asked.one().line().role()));
  }

  private record Asked(Eligible one, Read read) {}

  private Outcome<Asked> asked(Subject subject, Wish wish, Instant now) {
    if (!now.isBefore(rights.reviewEnd(subject))) {
      return Outcome.refused(
          new Refusal.Denied(
              "review-overdue", "the review of " + subject.entry().id() + " is overdue"));
    }
    return eligible(subject, wish.role(), now)
        .map(one -> read(subject, one, wish))
        .orElseGet(() -> Outcome.refused(unknown(subject)));
  }

  private Outcome<Asked> read(Subject subject, Eligible one, Wish wish) {
    Instant end = rights.authorityEnd(one.line(), subject);
    return WishReader.read(wish, one.line(), one.rules(), ceilings, end)
        .then(read -> Outcome.ok(new Asked(one, read)));
  }

  private Assessment judge(Elevated person, Eligible one, Wish wish, Read read, Instant now) {
    Line line = one.line();
    RequestRules rules = one.rules();
    Map<String, Object> variables = variables(person.person(), wish, rules, line, read, now);
    Conditions compiled =
        conditions.getOrDefault(
            line.role().id(), new Conditions(Optional.empty(), Optional.empty()));
    List<CheckResult> facts = checks(wish, rules);
    List<CheckResult> results = new ArrayList<>(facts);
    Optional<CheckResult> condition =
        compiled.request().map(request -> result(CONDITION, request, variables));
    Optional<CheckResult> auto = compiled.auto().map(some -> result(AUTO, some, variables));
    worthSaying(condition, compiled.request(), facts).ifPresent(results::add);
    worthSaying(auto, compiled.auto(), facts).ifPresent(results::add);
    line.condition().map(use -> result("use", use, variables)).ifPresent(results::add);
    boolean holds = condition.filter(result -> result.result() != Result.MET).isEmpty();
    boolean approvesItself = auto.filter(result -> result.result() == Result.MET).isPresent();
    boolean somebodyCan = !rules.stages().isEmpty() || rules.breakGlass().isPresent();
    boolean permitted = holds && (approvesItself || somebodyCan);
    return new Assessment(
        line.role(),
        line.entitlement(),
        read.duration(),
        read.audiences(),
        read.scopes(),
        rights.authorityEnd(line, person.person()),
        read.inputs(),
        results,
        permitted ? List.of() : obstacles(compiled, holds, results),
        permitted,
        holds && approvesItself,
        rules.stages(),
        !rules.login().metBy(person, now));
  }

  private Optional<Eligible> eligible(Subject subject, String role, Instant now) {
    return Optional.ofNullable(rights.of(subject.entry().id()).get(role))
        .flatMap(line -> eligible(line, subject, Approver.groups(subject.attributes()), now));
  }

  private static Optional<Eligible> eligible(
      Line line, Subject subject, Set<String> groups, Instant now) {
    return line.role()
        .request()
        .filter(rules -> line.entitlement().type() == Entitlement.Type.ELIGIBLE)
        .filter(rules -> line.usable(subject, groups, now))
        .map(rules -> new Eligible(line, rules));
  }

  private static Map<String, Object> variables(
      Subject person, Wish wish, RequestRules rules, Line line, Read read, Instant now) {
    Map<String, Object> variables = Rights.variables(person, now);
    variables.put("request.role", line.role().id());
    variables.put("request.scopes", read.scopes());
    variables.put("request.resources", read.audiences());
    variables.put("request.duration", read.duration());
    variables.put("request.reason", wish.reason());
    variables.put("request.ticket", wish.ticket().orElse(""));
    variables.put("request.start", wish.start().orElse(now));
    variables.put("inputs", read.inputs());
    variables.put("checks", answered(wish, rules));
    return variables;
  }

  /**
   * What has no answer is not there: a condition that rests on it fails, and so denies, also where
   * it says {@code !checks.NAME} (rule 10).
   */
  private static Map<String, Boolean> answered(Wish wish, RequestRules rules) {
    Map<String, Boolean> answered = new HashMap<>();
    for (Check check : rules.checks()) {
      switch (fact(wish, check).result()) {
        case MET -> answered.put(check.name(), true);
        case NOT_MET -> answered.put(check.name(), false);
        case FAILED -> {}
      }
    }
    return answered;
  }

  private static List<CheckResult> checks(Wish wish, RequestRules rules) {
    return rules.checks().stream()
        .map(
            check -> {
              Fact fact = fact(wish, check);
              return new CheckResult(CheckResult.CHECKS + check.name(), fact.result(), fact.why());
            })
        .toList();
  }

  /**
   * What is not met of the condition, or of {@code auto} where nobody else could approve, and of
   * the outside facts that it rests on.
   */
  private static List<CheckResult> obstacles(
      Conditions compiled, boolean holds, List<CheckResult> results) {
    Optional<Condition> unmet = holds ? compiled.auto() : compiled.request();
    String name = holds ? AUTO : CONDITION;
    return results.stream()
        .filter(result -> result.result() != Result.MET)
        .filter(
            result ->
                result.isOutside()
                    ? unmet.filter(some -> restsOn(some, result)).isPresent()
                    : result.name().equals(name))
        .toList();
  }

  private static boolean restsOn(Condition condition, CheckResult fact) {
    String check = fact.name().substring(CheckResult.CHECKS.length());
    return NamesUsed.in(condition, "checks").contains(check);
  }

  /**
   * A condition that rests on a check without an answer fails, as it must; that the check has none
   * is all there is to say of it.
   */
  private static Optional<CheckResult> worthSaying(
      Optional<CheckResult> result, Optional<Condition> condition, List<CheckResult> facts) {
    return result.filter(
        one ->
            one.result() != Result.FAILED
                || condition.filter(some -> restsOnSilence(some, facts)).isEmpty());
  }

  private static boolean restsOnSilence(Condition condition, List<CheckResult> facts) {
    return facts.stream()
        .filter(fact -> fact.result() == Result.FAILED)
        .anyMatch(fact -> restsOn(condition, fact));
  }

  private static Fact fact(Wish wish, Check check) {
    return wish.checks().getOrDefault(check.name(), Fact.NOT_ASKED);
  }

  private static CheckResult result(
      String name, Condition condition, Map<String, Object> variables) {
    return switch (condition.judge(variables)) {
      case Condition.Verdict.Met() -> new CheckResult(name, Result.MET, "");
      case Condition.Verdict.NotMet() ->
          new CheckResult(name, Result.NOT_MET, "this does not hold: " + condition.source());
      case Condition.Verdict.Failed(String why) ->
          new CheckResult(name, Result.FAILED, "this could not be evaluated: " + why);
    };
  }

  private static String approvalText(RequestRules rules) {
    String stages =
        rules.stages().stream()
            .map(stage -> stage.rule().text())
            .collect(Collectors.joining(", then "));
    String auto = rules.autoSource().map(source -> "nobody while this holds: " + source).orElse("");
    return Stream.of(stages, auto)
        .filter(text -> !text.isEmpty())
        .collect(Collectors.joining("; "));
  }

  private static Conditions compile(Role role, RequestRules rules) {
    String place = "roles." + role.id() + ".request";
    return new Conditions(
        rules
            .conditionSource()
            .map(source -> CompiledPolicy.compile(place, source, Condition.Scope.REQUEST)),
        rules
            .autoSource()
            .map(
                source ->
                    CompiledPolicy.compile(place + ".auto", source, Condition.Scope.REQUEST)));
  }

  /** One refusal for what is not there and what is not for this person. */
  private static Refusal unknown(Subject subject) {
    return new Refusal.Denied(
        "role-unknown", subject.entry().id() + " asks for a role it is not eligible for");
  }
}
