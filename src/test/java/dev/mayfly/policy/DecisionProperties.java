package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWKSet;
import dev.mayfly.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/** Whatever the policy and the request: a decision never gives more than role and entitlement. */
class DecisionProperties {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final List<String> SCOPES = List.of("a", "b", "c", "d");
  private static final List<String> AUDIENCES =
      List.of("https://a.example", "https://b.example", "https://c.example");

  @Property(tries = 2_000)
  void nothingIsEverWider_whenSomethingIsAllowed(
      @ForAll("policies") Policy policy, @ForAll("asks") Ask ask) {
    Outcome<Allowed> outcome =
        CompiledPolicy.of(policy, "https://mayfly.example")
            .decide(
                new Subject("spiffe://t.example/i", policy.identities().get("i"), Map.of()),
                ask,
                NOW);
    Statistics.label("allowed")
        .collect(outcome instanceof Outcome.Ok)
        .coverage(checker -> checker.check(true).percentage(share -> share > 10));
    if (!(outcome instanceof Outcome.Ok<Allowed>(Allowed allowed))) {
      return;
    }
    Role role = policy.roles().get(allowed.role().id());
    Entitlement entitlement = allowed.entitlement();
    assertThat(policy.entitlements()).contains(entitlement);
    if (ask.role().isEmpty()) {
      assertThat(entitlement.type()).isEqualTo(Entitlement.Type.STANDING);
    }
    assertThat(entitlement.role()).isEqualTo(role.id());
    ask.role().ifPresent(named -> assertThat(role.id()).isEqualTo(named));
    assertThat(allowed.scopes()).isNotEmpty().isSubsetOf(role.scopes());
    entitlement.scopes().ifPresent(some -> assertThat(allowed.scopes()).isSubsetOf(some));
    assertThat(allowed.audiences()).isNotEmpty().isSubsetOf(role.audiences());
    entitlement.audiences().ifPresent(some -> assertThat(allowed.audiences()).isSubsetOf(some));
    if (!ask.scopes().isEmpty()) {
      assertThat(allowed.scopes()).isSubsetOf(ask.scopes());
    }
    if (!ask.resources().isEmpty()) {
      assertThat(allowed.audiences()).isEqualTo(Set.copyOf(ask.resources()));
    }
    assertThat(allowed.ttl())
        .isPositive()
        .isLessThanOrEqualTo(role.ttl())
        .isLessThanOrEqualTo(policy.ceilings().jwt());
    ask.ttl().ifPresent(asked -> assertThat(allowed.ttl()).isLessThanOrEqualTo(asked));
    assertThat(allowed.grant())
        .isLessThanOrEqualTo(role.grant())
        .isLessThanOrEqualTo(policy.ceilings().grant());
    assertThat(allowed.authorityEndsAt())
        .isAfter(NOW)
        .isBeforeOrEqualTo(entitlement.until())
        .isBeforeOrEqualTo(
            policy.identities().get("i").reviewAt().plus(policy.ceilings().reviewGrace()));
    assertThat(role.environments()).contains("prod");
  }

  @Provide
  Arbitrary<Policy> policies() {
    Arbitrary<Map<String, Role>> roles =
        Combinators.combine(role("r"), role("s"))
            .as((one, other) -> Map.of(one.id(), one, other.id(), other));
    Arbitrary<List<Entitlement>> entitlements =
        Combinators.combine(entitlement("r"), entitlement("s").optional())
            .as((one, other) -> other.map(second -> List.of(one, second)).orElse(List.of(one)));
    Arbitrary<Ceilings> ceilings =
        Combinators.combine(minutes(), minutes(), minutes())
            .as((jwt, grant, grace) -> new Ceilings(jwt, grant, Duration.ofDays(365), grace));
    return Combinators.combine(ceilings, roles, entitlements, near())
        .as(
            (limits, byId, entitled, review) ->
                new Policy(
                    1,
                    "t.example",
                    limits,
                    Optional.empty(),
                    Map.of(),
                    Map.of(),
                    Map.of(),
                    Map.of("i", identity(review)),
                    byId,
                    entitled));
  }

  @Provide
  Arbitrary<Ask> asks() {
    return Combinators.combine(
            Arbitraries.of("r", "r", "s", "unknown").optional(0.6),
            Arbitraries.of("a", "b", "c", "d", "e").set().ofMaxSize(2),
            Arbitraries.of(AUDIENCES).list().ofMaxSize(1),
            minutes().optional(0.5))
        .as(Ask::new);
  }

  private static Arbitrary<Role> role(String id) {
    return Combinators.combine(
            Arbitraries.of(AUDIENCES).set().ofMinSize(1),
            Arbitraries.of(SCOPES).set().ofMinSize(1),
            minutes(),
            minutes(),
            Arbitraries.of(
                Set.of("prod"), Set.of("prod", "dev"), Set.of("prod", "qa"), Set.of("dev")))
        .as(
            (audiences, scopes, ttl, grant, environments) ->
                new Role(
                    id,
                    "o",
                    "d",
                    audiences,
                    scopes,
                    ttl,
                    grant,
                    "ES256",
                    environments,
                    Optional.empty(),
                    false,
                    Risk.MEDIUM,
                    SenderConstraint.NONE,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()));
  }

  private static Arbitrary<Entitlement> entitlement(String role) {
    return Combinators.combine(
            Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(4, Arbitraries.just(Entitlement.Type.STANDING)),
                net.jqwik.api.Tuple.of(1, Arbitraries.just(Entitlement.Type.ELIGIBLE))),
            near(),
            Arbitraries.of(SCOPES).set().ofMinSize(1).optional(0.5),
            Arbitraries.of(AUDIENCES).set().ofMinSize(1).optional(0.5))
        .as(
            (type, until, scopes, audiences) ->
                new Entitlement(role, "i", type, until, scopes, audiences, Set.of()));
  }

  private static IdentityEntry identity(Instant review) {
    return new IdentityEntry(
        "i",
        IdentityEntry.Kind.WORKLOAD,
        "o",
        "prod",
        review,
        Set.of(),
        new Proving.PrivateKeyJwt("spiffe://t.example/i", Set.of("ES256"), new JWKSet()),
        "");
  }

  private static Arbitrary<Duration> minutes() {
    return Arbitraries.integers().between(1, 60).map(Duration::ofMinutes);
  }

  /** Mostly ahead, sometimes past, sometimes this very moment. */
  private static Arbitrary<Instant> near() {
    return Arbitraries.integers().between(-5, 120).map(minutes -> NOW.plusSeconds(minutes * 60L));
  }
}
