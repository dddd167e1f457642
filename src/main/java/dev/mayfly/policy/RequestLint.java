package dev.mayfly.policy;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.mayfly.policy.PolicyLint.Draft;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Judges how roles are requested: bounds, inputs, conditions, and whether somebody can decide. */
final class RequestLint {

  /** Sets of people in all stages of a role: a reviewer sees them at once. */
  static final int MAX_LEAVES = 12;

  /** People of one set. */
  static final int MAX_COUNT = 10;

  private static final String CHECKS = "checks";
  private static final int MAX_INPUTS = 20;
  private static final int MAX_PATTERN_PROGRAM = 1_000;

  /** A requester waits for it; what takes longer answers no. */
  private static final Duration MAX_TIMEOUT = Duration.ofSeconds(5);

  /** All of them are asked for one request, at the same time. */
  private static final int MAX_CHECKS = 5;

  private final Draft draft;
  private final Role role;
  private final RequestRules rules;
  private final String path;
  private final Set<String> usedChecks = new TreeSet<>();

  private RequestLint(Draft draft, Role role, RequestRules rules) {
    this.draft = draft;
    this.role = role;
    this.rules = rules;
    this.path = "roles.%s.request".formatted(role.id());
  }

  static void check(Draft draft) {
    for (Role role : draft.policy().roles().values()) {
      role.request().ifPresent(rules -> new RequestLint(draft, role, rules).check());
    }
    List<Entitlement> entitlements = draft.policy().entitlements();
    for (int index = 0; index < entitlements.size(); index++) {
      entitlement(draft, entitlements.get(index), "entitlements[%d]".formatted(index));
    }
  }

  private void check() {
    durations();
    inputs();
    approval();
    condition("condition", rules.conditionSource());
    condition("auto", rules.autoSource());
    excludes();
    checks();
    boolean requestable =
        draft.policy().entitlements().stream()
            .anyMatch(
                one -> one.role().equals(role.id()) && one.type() == Entitlement.Type.ELIGIBLE);
    if (!requestable) {
      draft.warning(
          FindingCode.ROLE_WITHOUT_ENTITLEMENT, path, "nobody is eligible to request this role");
    }
  }

  private static void entitlement(Draft draft, Entitlement entitlement, String path) {
    Role role = draft.policy().roles().get(entitlement.role());
    if (entitlement.type() == Entitlement.Type.ELIGIBLE
        && role != null
        && role.request().isEmpty()) {
      draft.error(
          FindingCode.ELIGIBLE_WITHOUT_REQUEST,
          path + ".type",
          "%s cannot be requested: say how under its request".formatted(role.id()));
    }
    IdentityEntry entry = draft.policy().identities().get(entitlement.identity());
    if (!entitlement.groups().isEmpty()
        && entry != null
        && switch (entry.proving()) {
          case Proving.PrivateKeyJwt client -> true;
          case Proving.Join join -> true;
          case Proving.Issued issued -> true;
          case Proving.SelfSigned own -> true;
          case Proving.Federated federated -> false;
          case Proving.Login login -> false;
        }) {
      draft.error(
          FindingCode.UNREACHABLE_ENTITLEMENT,
          path + ".groups",
          "%s proves itself, so nobody says which groups it is in".formatted(entry.id()));
    }
  }

  private void durations() {
    if (rules.longest().compareTo(draft.policy().ceilings().grant()) > 0) {
      draft.error(
          FindingCode.REQUEST_PAST_CEILING,
          path + ".longest",
          "the longest duration is longer than ceilings.grant: shorten it");
    }
    if (rules.shortest().compareTo(rules.usual()) > 0
        || rules.usual().compareTo(rules.longest()) > 0) {
      draft.error(
          FindingCode.REQUEST_BOUNDS,
          path + ".usual",
          "the usual duration lies between the shortest and the longest");
    }
  }

  private void inputs() {
    if (rules.inputs().size() > MAX_INPUTS) {
      badInput(path + ".inputs", "at most %d inputs: nobody fills in more".formatted(MAX_INPUTS));
    }
    for (Input input : rules.inputs().values()) {
      String at = path + ".inputs." + input.name();
      switch (input) {
        case Input.Text text -> pattern(at + ".pattern", text.pattern());
        case Input.Whole whole -> {
          if (whole.min() > whole.max()) {
            badInput(at + ".min", "min is more than max");
          }
        }
        case Input.Choice choice -> {}
        case Input.Flag flag -> {}
      }
    }
  }

  private void pattern(String at, String pattern) {
    try {
      if (Pattern.compile(pattern).programSize() > MAX_PATTERN_PROGRAM) {
        badInput(at, "this expression is too large: count less in it");
      }
    } catch (PatternSyntaxException e) {
      badInput(at, "not a regular expression as RE2 has them: " + e.getDescription());
    }
  }

  private void approval() {
    if (rules.stages().isEmpty() && rules.autoSource().isEmpty()) {
      draft.error(
          FindingCode.NO_APPROVAL, path, "nobody could approve a request: give approval or auto");
    }
    List<ApprovalRule.Leaf> leaves =
        rules.stages().stream()
            .flatMap(RequestLint::rulesOf)
            .flatMap(ApprovalRule::leaves)
            .toList();
    if (leaves.size() > MAX_LEAVES || leaves.stream().anyMatch(one -> one.count() > MAX_COUNT)) {
      draft.error(
          FindingCode.APPROVAL_TOO_LARGE,
          path + ".approval",
          "an approval asks at most %d sets of people for at most %d each"
              .formatted(MAX_LEAVES, MAX_COUNT));
    }
  }

  private static Stream<ApprovalRule> rulesOf(Stage stage) {
    return Stream.concat(
        Stream.of(stage.rule()), stage.escalation().stream().map(Stage.Escalation::rule));
  }

  private void condition(String key, Optional<String> source) {
    source
        .flatMap(
            text -> FederationLint.compile(draft, path + "." + key, text, Condition.Scope.REQUEST))
        .ifPresent(
            condition -> {
              declared(key, condition, "inputs", rules.inputs().keySet());
              declared(key, condition, CHECKS, checkNames());
              usedChecks.addAll(NamesUsed.in(condition, CHECKS));
              if (!NamesUsed.isOnlyLookedUp(condition, CHECKS)) {
                badInput(
                    path + "." + key,
                    "a check is used as checks.NAME and in no other way: silence must never say yes");
              }
            });
  }

  private void declared(String key, Condition condition, String map, Set<String> names) {
    for (String name : NamesUsed.in(condition, map)) {
      if (!names.contains(name)) {
        badInput(path + "." + key, "there is no %s.%s here".formatted(map, name));
      }
    }
  }

  private void excludes() {
    for (String other : rules.excludes()) {
      if (!draft.policy().roles().containsKey(other) || other.equals(role.id())) {
        draft.error(
            FindingCode.UNKNOWN_ROLE, path + ".excludes", "there is no other role " + other);
      }
    }
  }

  private void checks() {
    if (checkNames().size() < rules.checks().size()) {
      badInput(path + ".checks", "two checks have one name");
    }
    if (rules.checks().size() > MAX_CHECKS) {
      draft.error(
          FindingCode.REQUEST_BOUNDS,
          path + ".checks",
          "at most %d checks: a requester waits for all of them".formatted(MAX_CHECKS));
    }
    for (int index = 0; index < rules.checks().size(); index++) {
      Check check = rules.checks().get(index);
      String at = "%s.checks[%d]".formatted(path, index);
      FederationLint.secure(draft, at + ".url", check.url());
      if (!usedChecks.contains(check.name())) {
        draft.warning(
            FindingCode.UNUSED_CHECK,
            at,
            "no condition uses checks.%s: it would be asked for nothing".formatted(check.name()));
      }
      if (check.timeout().compareTo(MAX_TIMEOUT) > 0) {
        draft.error(
            FindingCode.REQUEST_BOUNDS,
            at + ".timeout",
            "a check has at most %d seconds to answer".formatted(MAX_TIMEOUT.toSeconds()));
      }
    }
  }

  private Set<String> checkNames() {
    return rules.checks().stream().map(Check::name).collect(Collectors.toSet());
  }

  private void badInput(String at, String message) {
    draft.error(FindingCode.BAD_INPUT, at, message);
  }
}
