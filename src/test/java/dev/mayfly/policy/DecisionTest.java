package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecisionTest {

  private static final Instant NOW = DocumentedPolicy.NOW;
  private static final String ISSUER = "https://mayfly.example";
  private static final String TWO_ROLES =
      "entitlements: [{role: orders-writer, identity: checkout, type: standing, until: 2027-06-30},"
          + " {role: deployer, identity: checkout, type: standing, until: 2027-01-01},"
          + " {role: mayfly-operator, identity: operator, type: standing, until: 2027-06-30}]";
  private static final Ask NOTHING = ask(Optional.empty());

  @Test
  void everythingOfRoleAndEntitlementIsGiven_whenNothingIsAsked() {
    Allowed allowed = allowed(DocumentedPolicy.policy(), "checkout", NOTHING);
    assertThat(allowed.role().id()).isEqualTo("orders-writer");
    assertThat(allowed.scopes()).containsExactly("orders:write");
    assertThat(allowed.audiences()).containsExactly("https://orders.shop.example");
    assertThat(allowed.ttl()).isEqualTo(Duration.ofMinutes(5));
    assertThat(allowed.grant()).isEqualTo(Duration.ofHours(8));
    assertThat(allowed.authorityEndsAt()).isEqualTo(Instant.parse("2027-06-30T00:00:00Z"));
  }

  @Test
  void scopesAreIntersected_whenMoreIsAskedThanMayBeGiven() {
    assertThat(
            allowed(
                    DocumentedPolicy.policy(),
                    "checkout",
                    ask(Optional.empty(), "orders:write", "orders:read"))
                .scopes())
        .containsExactly("orders:write");
    assertThat(refusal(DocumentedPolicy.policy(), "checkout", ask(Optional.empty(), "orders:read")))
        .isInstanceOf(Refusal.BadScope.class);
    assertThat(
            refusal(
                DocumentedPolicy.policy(),
                "checkout",
                ask(Optional.of("orders-writer"), "orders:read")))
        .isInstanceOf(Refusal.BadScope.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "orders",
        "https://orders.shop.example#x",
        "https://orders.shop.example/",
        "https://ORDERS.shop.example",
        "https://elsewhere.example",
        "mayfly",
        "",
        "https://orders.shop.example\u0000"
      })
  void resourceIsRefused_whenItIsMalformedOrUnknown(String resource) {
    for (Optional<String> role : List.of(Optional.<String>empty(), Optional.of("orders-writer"))) {
      Ask ask = new Ask(role, Set.of(), List.of(resource), Optional.empty());
      assertThat(refusal(DocumentedPolicy.policy(), "checkout", ask))
          .isInstanceOf(Refusal.BadTarget.class);
    }
  }

  @Test
  void audienceIsTheBroker_whenTheRoleIsForItsOwnApi() {
    assertThat(allowed(DocumentedPolicy.policy(), "operator", NOTHING).audiences())
        .containsExactly(ISSUER);
    Ask ask = new Ask(Optional.empty(), Set.of(), List.of(ISSUER), Optional.empty());
    assertThat(allowed(DocumentedPolicy.policy(), "operator", ask).role().id())
        .isEqualTo("mayfly-operator");
  }

  @Test
  void ttlIsTheShortest_whenOneIsAsked() {
    assertThat(allowed(DocumentedPolicy.policy(), "checkout", ttl(Duration.ofMinutes(2))).ttl())
        .isEqualTo(Duration.ofMinutes(2));
    assertThat(allowed(DocumentedPolicy.policy(), "checkout", ttl(Duration.ofDays(2))).ttl())
        .isEqualTo(Duration.ofMinutes(5));
    assertThat(refusal(DocumentedPolicy.policy(), "checkout", ttl(Duration.ZERO)))
        .isInstanceOf(Refusal.Malformed.class);
  }

  @Test
  void unknownAndForeignRolesLookAlike_whenNamed() {
    Refusal unknown = refusal(DocumentedPolicy.policy(), "checkout", ask(Optional.of("nothing")));
    Refusal foreign = refusal(DocumentedPolicy.policy(), "checkout", ask(Optional.of("deployer")));
    assertThat(unknown).isInstanceOf(Refusal.Denied.class).isEqualTo(foreign);
  }

  @Test
  void roleMustBeNamed_whenSeveralFit() {
    Policy policy = DocumentedPolicy.policy(TWO_ROLES);
    assertThat(refusal(policy, "checkout", NOTHING))
        .isInstanceOfSatisfying(
            Refusal.Malformed.class,
            malformed -> assertThat(malformed.code()).isEqualTo("role-ambiguous"));
    assertThat(allowed(policy, "checkout", ask(Optional.empty(), "deploy:storefront")).role().id())
        .isEqualTo("deployer");
    assertThat(allowed(policy, "checkout", ask(Optional.of("deployer"))).authorityEndsAt())
        .isEqualTo(Instant.parse("2027-01-01T00:00:00Z"));
  }

  @Test
  void entitlementEndsAtItsVeryInstant_whenTheDayComes() {
    Policy policy = DocumentedPolicy.policy(TWO_ROLES);
    Ask deployer = ask(Optional.of("deployer"));
    Instant end = Instant.parse("2027-01-01T00:00:00Z");
    assertThat(decide(policy, "checkout", deployer, end.minusNanos(1)))
        .isInstanceOf(Outcome.Ok.class);
    assertThat(code(decide(policy, "checkout", deployer, end))).isEqualTo("entitlement-ended");
  }

  @Test
  void identityStopsMinting_whenItsReviewAndGraceHavePassed() {
    Instant review = Instant.parse("2027-06-30T00:00:00Z");
    Policy policy =
        DocumentedPolicy.policy(
            "ceilings: {review: 400d}",
            "entitlements: [{role: mayfly-operator, identity: operator, type: standing, until: 2027-09-01}]");
    Instant end = review.plus(Duration.ofDays(14));
    assertThat(decide(policy, "operator", NOTHING, end.minusNanos(1)))
        .isInstanceOfSatisfying(
            Outcome.Ok.class,
            ok -> assertThat(((Allowed) ok.value()).authorityEndsAt()).isEqualTo(end));
    assertThat(code(decide(policy, "operator", NOTHING, end))).isEqualTo("review-overdue");
  }

  @Test
  void eligibleLineIsFoundOnlyByName_whenOthersStand() {
    Policy policy =
        DocumentedPolicy.policy(
            TWO_ROLES.replace(
                "identity: checkout, type: standing, until: 2027-01-01",
                "identity: checkout, type: eligible, until: 2027-01-01"),
            "roles: {deployer: {request: {shortest: 5m, usual: 5m, longest: 1h, auto: 'true'}}}");
    assertThat(allowed(policy, "checkout", ask(Optional.of("deployer"))).entitlement().type())
        .isEqualTo(Entitlement.Type.ELIGIBLE);
    assertThat(allowed(policy, "checkout", NOTHING).role().id()).isEqualTo("orders-writer");
  }

  @Test
  void groupsDecide_whenTheEntitlementNamesThem() {
    Policy policy = DocumentedPolicy.policy(DocumentedPolicy.elevation());
    CompiledPolicy compiled = CompiledPolicy.of(policy, ISSUER);
    IdentityEntry engineers = policy.identities().get("engineers");
    Ask ask = ask(Optional.of("orders-admin"));
    assertThat(code(compiled.decide(member(engineers, "sre"), ask, NOW))).isEqualTo("ok");
    assertThat(code(compiled.decide(member(engineers, "dev"), ask, NOW)))
        .isEqualTo("role-not-entitled");
    assertThat(code(compiled.decide(new Subject("p", engineers, Map.of()), ask, NOW)))
        .isEqualTo("role-not-entitled");
  }

  private static Subject member(IdentityEntry entry, String group) {
    return new Subject("spiffe://shop.example/staff/ada", entry, Map.of("groups", List.of(group)));
  }

  @Test
  void conditionDeniesAndErrorIsToldApart_whenItDoesNotHold() {
    String conditions =
        "roles: {deployer: {condition: \"claims.ref == 'main' && request.resources.all(r, r.startsWith('https://deploy.'))\"}}";
    Policy policy = DocumentedPolicy.policy(conditions);
    assertThat(code(with(policy, Map.of("ref", "main")))).isEqualTo("ok");
    assertThat(code(with(policy, Map.of("ref", "other")))).isEqualTo("condition-not-met");
    assertThat(with(policy, Map.of()))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> {
              Refusal refusal = refused.refusal();
              assertThat(refusal.code()).isEqualTo("condition-error");
              assertThat(refusal.why()).contains("role deployer");
            });
  }

  private static Outcome<Allowed> with(Policy policy, Map<String, Object> claims) {
    return CompiledPolicy.of(policy, ISSUER)
        .decide(
            new Subject(
                "spiffe://shop.example/ci/1207", policy.identities().get("pipeline"), claims),
            NOTHING,
            NOW);
  }

  private static Allowed allowed(Policy policy, String entry, Ask ask) {
    return switch (decide(policy, entry, ask, NOW)) {
      case Outcome.Ok<Allowed>(Allowed allowed) -> allowed;
      case Outcome.Refused<Allowed>(Refusal refusal) -> throw new AssertionError(refusal);
    };
  }

  private static Refusal refusal(Policy policy, String entry, Ask ask) {
    return switch (decide(policy, entry, ask, NOW)) {
      case Outcome.Ok<Allowed>(Allowed allowed) -> throw new AssertionError(allowed);
      case Outcome.Refused<Allowed>(Refusal refusal) -> refusal;
    };
  }

  private static String code(Outcome<Allowed> outcome) {
    return switch (outcome) {
      case Outcome.Ok<Allowed> ok -> "ok";
      case Outcome.Refused<Allowed>(Refusal refusal) -> refusal.code();
    };
  }

  private static Outcome<Allowed> decide(Policy policy, String entry, Ask ask, Instant now) {
    return CompiledPolicy.of(policy, ISSUER)
        .decide(
            new Subject("spiffe://shop.example/x", policy.identities().get(entry), Map.of()),
            ask,
            now);
  }

  private static Ask ask(Optional<String> role, String... scopes) {
    return new Ask(role, Set.of(scopes), List.of(), Optional.empty());
  }

  private static Ask ttl(Duration ttl) {
    return new Ask(Optional.empty(), Set.of(), List.of(), Optional.of(ttl));
  }
}
