package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.CheckResult.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person may request, and what the policy says to it. */
class ElevationTest {

  /** 13:00 in Berlin. */
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  private static final String ISSUER = "https://mayfly.shop.example";
  private static final String CALM = "roles: {orders-admin: {request: {condition: 'true'}}}";

  private String fragment = "description: none";
  private Map<String, Object> claims = Map.of("groups", List.of("sre"));
  private final Map<String, Object> inputs = new HashMap<>(Map.of("order", "4711", "region", "eu"));
  private Optional<Duration> duration = Optional.empty();
  private Optional<Instant> start = Optional.empty();
  private String reason = "order 4711 shows the wrong address";
  private Optional<String> ticket = Optional.empty();
  private Set<String> scopes = Set.of();
  private List<String> audiences = List.of();
  private Map<String, Fact> checks = Map.of();

  @Test
  void catalogHoldsWhatIsEligible_andNothingElse() {
    CompiledPolicy policy = policy();
    assertThat(policy.catalog(person().person(), NOW))
        .singleElement()
        .satisfies(
            offer -> {
              assertThat(offer.role().id()).isEqualTo("orders-admin");
              assertThat(offer.approval())
                  .startsWith(
                      "2 of sre and the role's owner, then 1 of security or the requester's manager");
            });
    claims = Map.of("groups", List.of("kitchen"));
    assertThat(policy.catalog(person().person(), NOW)).isEmpty();
    claims = Map.of();
    assertThat(policy.catalog(person().person(), NOW)).isEmpty();
  }

  @Test
  void allThatIsNotForThisPersonLooksAlike_whenAskedFor() {
    Refusal absent = refusal(assess("nothing"));
    assertThat(absent.code()).isEqualTo("role-unknown");
    assertThat(refusal(assess("mayfly-engineer"))).isEqualTo(absent);
    assertThat(refusal(assess("mayfly-operator"))).isEqualTo(absent);
    claims = Map.of("groups", List.of("kitchen"));
    assertThat(refusal(assess("orders-admin"))).isEqualTo(absent);
  }

  @Test
  void requestIsAssessedWhole_whenItIsGood() {
    claims = Map.of("groups", List.of("sre"));
    Assessment assessment = assessment();
    assertThat(assessment.duration()).isEqualTo(Duration.ofMinutes(30));
    assertThat(assessment.scopes()).containsExactly("orders:mend", "orders:read");
    assertThat(assessment.audiences()).containsExactly("https://orders.shop.example");
    assertThat(assessment.inputs())
        .containsExactly(Map.entry("order", "4711"), Map.entry("region", "eu"));
    assertThat(assessment.permitted()).isTrue();
    assertThat(assessment.autoApproved()).isFalse();
    assertThat(assessment.stages()).hasSize(2);
    assertThat(assessment.authorityEndsAt()).isEqualTo(Instant.parse("2027-06-30T00:00:00Z"));
    assertThat(assessment.results())
        .extracting(CheckResult::name, CheckResult::result)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("checks.on_call", Result.FAILED),
            org.assertj.core.groups.Tuple.tuple("condition", Result.MET));
  }

  @Test
  void nobodyNeedsToApprove_whileAutoHolds() {
    checks = Map.of("on_call", Fact.met(""));
    assertThat(assessment().autoApproved()).isTrue();
    checks = Map.of("on_call", Fact.notMet("no"));
    assertThat(assessment().autoApproved()).isFalse();
    checks = Map.of("on_call", Fact.met(""), "made_up", Fact.met(""));
    fragment = "roles: {orders-admin: {request: {auto: 'has(claims.x) && claims.x.y == 1'}}}";
    claims = Map.of("groups", List.of("sre"), "x", 5);
    Assessment failed = assessment();
    assertThat(failed.autoApproved()).as("what fails says no (rule 10)").isFalse();
    assertThat(failed.permitted()).isTrue();
    assertThat(failed.results())
        .anySatisfy(result -> assertThat(result.result()).isEqualTo(Result.FAILED));
  }

  @ParameterizedTest
  @ValueSource(strings = {"checks.on_call", "!checks.on_call", "checks['on_call'] == false"})
  void silenceOfACheckSaysNo_howeverTheConditionIsWritten(String condition) {
    fragment = "roles: {orders-admin: {request: {condition: \"%s\"}}}".formatted(condition);
    assertThat(assessment().permitted()).as("not asked (rule 10)").isFalse();
    checks = Map.of("on_call", Fact.failed("it timed out"));
    assertThat(assessment().permitted()).isFalse();
    assertThat(assessment().results())
        .contains(new CheckResult("checks.on_call", Result.FAILED, "it timed out"));
    boolean negated = !condition.equals("checks.on_call");
    checks = Map.of("on_call", negated ? Fact.notMet("off") : Fact.met(""));
    assertThat(assessment().permitted()).isTrue();
  }

  @Test
  void requestIsNotPermitted_whenNobodyCouldSayYes() {
    String byItself =
        "{owner: o, description: d, audiences: ['https://x.example'], scopes: [x], ttl: 5m, grant: 1h, environments: [prod], request: {shortest: 5m, usual: 5m, longest: 1h, auto: 'request.duration < duration(\"30m\")'}}";
    fragment =
        "{roles: {reader: %s}, entitlements: [{role: mayfly-operator, identity: operator, type: standing, until: 2027-01-01}, {role: mayfly-engineer, identity: engineers, type: standing, until: 2027-01-01}, {role: reader, identity: engineers, type: eligible, until: 2027-01-01}]}"
            .formatted(byItself);
    inputs.clear();
    assertThat(ok(assess("reader")).autoApproved()).isTrue();
    duration = Optional.of(Duration.ofMinutes(30));
    assertThat(ok(assess("reader")).permitted()).isFalse();
  }

  @Test
  void conditionDecides_withTheInputsOfThisRequest() {
    inputs.put("lines", 60);
    assertThat(assessment().permitted()).isFalse();
    checks = Map.of("on_call", Fact.met(""));
    assertThat(assessment().autoApproved()).as("auto is no way around it").isFalse();
    inputs.put("lines", 49L);
    assertThat(assessment().permitted()).isTrue();
    inputs.put("lines", 60);
    claims = Map.of("groups", List.of("sre", "leads"));
    assertThat(assessment().permitted()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "request.role == 'orders-admin' && request.duration == duration('30m')",
        "request.start == now && request.ticket == '' && request.reason.contains('4711')",
        "request.scopes.exists(s, s == 'orders:mend') && request.resources.all(r, r.startsWith('https://'))",
        "identity.kind == 'PERSON' && identity.environment == 'prod' && identity.owner == 'team-platform'",
        "inputs.order.matches('^[0-9]+$') && inputs.region in ['eu', 'us'] && !has(inputs.force)",
        "!checks.on_call && now.getHours('Europe/Berlin') == 13",
        "now + request.duration < timestamp('2026-11-21T12:30:01Z')",
      })
  void conditionSeesTheRequest_byTheseNames(String condition) {
    checks = Map.of("on_call", Fact.notMet("off"));
    fragment =
        "roles: {orders-admin: {request: {condition: \"%s\"}}}"
            .formatted(condition.replace("\\", "\\\\"));
    assertThat(assessment().permitted()).isTrue();
  }

  @Test
  void loginIsFreshAndStrong_orANewOneIsNeeded() {
    assertThat(fresh(Duration.ofMinutes(15), "gold", Set.of("mfa", "pwd"))).isTrue();
    assertThat(fresh(Duration.ofMinutes(15).plusNanos(1), "gold", Set.of("mfa"))).isFalse();
    assertThat(fresh(Duration.ZERO, "silver", Set.of("mfa"))).isFalse();
    assertThat(fresh(Duration.ZERO, "gold", Set.of("pwd"))).isFalse();
  }

  @Test
  void durationIsWithinItsBounds_orTheRequestIsMalformed() {
    duration = Optional.of(Duration.ofMinutes(10));
    assertThat(assessment().duration()).isEqualTo(Duration.ofMinutes(10));
    duration = Optional.of(Duration.ofHours(2));
    assertThat(assessment().duration()).isEqualTo(Duration.ofHours(2));
    for (Duration wrong :
        List.of(
            Duration.ofMinutes(10).minusNanos(1),
            Duration.ofHours(2).plusNanos(1),
            Duration.ZERO,
            Duration.ofSeconds(Long.MAX_VALUE),
            Duration.ofMinutes(-30))) {
      duration = Optional.of(wrong);
      assertThat(refusal(assess("orders-admin")).code()).isEqualTo("duration-malformed");
    }
  }

  @Test
  void wordsAreRefused_whenBlankLongOrControlling() {
    for (String wrong :
        List.of("", "  ", "a".repeat(1_001), "a\u001b[2J", "a\u0000", "a\u202eb", "a\tb")) {
      reason = wrong;
      assertThat(refusal(assess("orders-admin")).code()).isEqualTo("reason-malformed");
    }
    reason = "first line\nsecond line";
    ticket = Optional.of("OPS-1\u0007");
    assertThat(refusal(assess("orders-admin")).code()).isEqualTo("ticket-malformed");
    ticket = Optional.of("OPS-1");
    assertThat(assessment().permitted()).isTrue();
  }

  @Test
  void narrowingIsExact_whenAsked() {
    scopes = Set.of("orders:mend");
    audiences = List.of("https://orders.shop.example");
    assertThat(assessment().scopes()).containsExactly("orders:mend");
    scopes = Set.of("orders:mend", "orders:delete");
    assertThat(refusal(assess("orders-admin")).code()).isEqualTo("scope-not-available");
    scopes = Set.of();
    audiences = List.of("https://elsewhere.example");
    assertThat(refusal(assess("orders-admin")).code()).isEqualTo("resource-not-available");
  }

  @Test
  void startIsRefused_whenEligibilityHasEndedByThen() {
    start = Optional.of(Instant.parse("2027-06-30T00:00:00Z"));
    assertThat(refusal(assess("orders-admin")).code()).isEqualTo("start-malformed");
    start = Optional.of(Instant.parse("2027-06-29T23:59:59Z"));
    assertThat(assessment().permitted()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "order, ''",
    "order, 1234567890",
    "order, '12 '",
    "order, x",
    "region, asia",
    "unknown, x",
  })
  void inputIsRefusedByName_whenItDoesNotFit(String name, String value) {
    inputs.put(name, value);
    Refusal refusal = refusal(assess("orders-admin"));
    assertThat(refusal.code()).isEqualTo("input-malformed");
    assertThat(refusal.say()).contains(name.equals("unknown") ? "order, lines" : "inputs." + name);
  }

  @Test
  void inputIsRefused_whenItIsMissingOrOfAnotherType() {
    for (Object wrong : List.of(0, 101, 1.0, "5", true, List.of(5), Long.MAX_VALUE)) {
      inputs.put("lines", wrong);
      assertThat(refusal(assess("orders-admin")).say()).contains("inputs.lines");
    }
    inputs.remove("lines");
    for (Object wrong : List.of("true", 1)) {
      inputs.put("force", wrong);
      assertThat(refusal(assess("orders-admin")).say()).contains("inputs.force");
    }
    inputs.put("force", false);
    inputs.remove("order");
    assertThat(refusal(assess("orders-admin")).say()).contains("inputs.order is missing");
  }

  @Test
  void textIsRefused_whenItControlsWhatAnApproverSees() {
    fragment = "roles: {orders-admin: {request: {inputs: {order: {pattern: '(?s).*'}}}}}";
    inputs.put("order", "line\nline");
    assertThat(refusal(assess("orders-admin")).code()).isEqualTo("input-malformed");
    inputs.put("order", "a".repeat(200));
    assertThat(assessment().permitted()).isTrue();
    inputs.put("order", "a".repeat(201));
    assertThat(refusal(assess("orders-admin")).code()).isEqualTo("input-malformed");
  }

  @Test
  void exclusionGoesBothWays_whicheverSaysSo() {
    CompiledPolicy policy = policy();
    assertThat(policy.excluded("orders-admin")).containsExactly("deployer");
    assertThat(policy.excluded("deployer")).containsExactly("orders-admin");
    assertThat(policy.excluded("orders-writer")).isEmpty();
  }

  @Test
  void nothingCanBeRequested_whenTheReviewIsOverdue() {
    fragment = CALM;
    Instant late = Instant.parse("2027-07-14T00:00:00Z");
    assertThat(policy().catalog(person().person(), late)).isEmpty();
    assertThat(refusal(policy().assess(person(), wish("orders-admin"), late)).code())
        .isEqualTo("review-overdue");
  }

  @Test
  void loginEntryIsFoundWithItsSessionRole_whenAPersonLogsIn() {
    assertThat(policy().logins("staff"))
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.role().audiences()).containsExactly(ISSUER);
              assertThat(entry.judge(Map.of("groups", List.of("engineering")), NOW))
                  .isInstanceOf(Condition.Verdict.Met.class);
              assertThat(entry.judge(Map.of("groups", List.of("sales")), NOW))
                  .isInstanceOf(Condition.Verdict.NotMet.class);
              assertThat(entry.judge(Map.of(), NOW)).isInstanceOf(Condition.Verdict.Failed.class);
              assertThat(entry.template().fill(Map.of("preferred_username", "ada")))
                  .contains("spiffe://shop.example/staff/ada");
              assertThat(entry.login().managerClaim()).contains("manager");
            });
    assertThat(policy().logins("github")).isEmpty();
  }

  private boolean fresh(Duration age, String acr, Set<String> amr) {
    CompiledPolicy policy = policy();
    Elevated person = new Elevated(person().person(), NOW.minus(age), Optional.of(acr), amr);
    return !ok(policy.assess(person, wish("orders-admin"), NOW)).freshLoginNeeded();
  }

  private CompiledPolicy policy() {
    return CompiledPolicy.of(
        fragment.equals("description: none")
            ? DocumentedPolicy.policy(DocumentedPolicy.elevation())
            : DocumentedPolicy.policy(DocumentedPolicy.elevation(), fragment),
        ISSUER);
  }

  private Elevated person() {
    IdentityEntry entry =
        DocumentedPolicy.policy(DocumentedPolicy.elevation()).identities().get("engineers");
    Subject subject = new Subject("spiffe://shop.example/staff/ada", entry, claims);
    return new Elevated(subject, NOW, Optional.of("gold"), Set.of("mfa"));
  }

  private Wish wish(String role) {
    return new Wish(
        role, duration, reason, ticket, start, scopes, audiences, Optional.empty(), inputs, checks);
  }

  private Outcome<Assessment> assess(String role) {
    return policy().assess(person(), wish(role), NOW);
  }

  private Assessment assessment() {
    return ok(assess("orders-admin"));
  }

  private static Assessment ok(Outcome<Assessment> outcome) {
    return switch (outcome) {
      case Outcome.Ok<Assessment>(Assessment assessment) -> assessment;
      case Outcome.Refused<Assessment>(Refusal refusal) -> throw new AssertionError(refusal);
    };
  }

  private static Refusal refusal(Outcome<Assessment> outcome) {
    return switch (outcome) {
      case Outcome.Ok<Assessment>(Assessment assessment) -> throw new AssertionError(assessment);
      case Outcome.Refused<Assessment>(Refusal refusal) -> refusal;
    };
  }
}
