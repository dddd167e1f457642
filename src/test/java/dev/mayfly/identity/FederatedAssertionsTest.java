package dev.mayfly.identity;

import static dev.mayfly.identity.TestPolicy.ISSUER;
import static dev.mayfly.identity.TestPolicy.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWKSet;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.TestJwt.Signer;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.KeySource;
import dev.mayfly.policy.Trust;
import dev.mayfly.store.Uuids;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Assertions that somebody else signed: whom they prove, and every way to prove nobody. */
class FederatedAssertionsTest {

  private static final String FORGE = "https://forge.example";
  private static final Signer KEY = TestJwt.rsa("f1", "RS256", 2048);
  private static final String CONDITION =
      "claims.owner == 'acme' && claims.ref == 'refs/heads/main'";
  private static final String TEMPLATE = "spiffe://td.example/ci/{claims.repository}";

  private final TestClock clock = new TestClock(NOW);
  private final TrustKeys keys =
      new TrustKeys(IdentityLimits.defaults(), clock, new SimpleMeterRegistry());
  private final FederatedAssertions assertions =
      new FederatedAssertions(TestPolicy.mayfly(), IdentityLimits.defaults(), keys, clock);

  private static final CompiledPolicy POLICY =
      new TestPolicy()
          .trust("forge", FORGE, held(KEY))
          .federated("forge", CONDITION, TEMPLATE)
          .compiled();

  private static KeySource held(Signer... signers) {
    return new KeySource.StaticJwks(new JWKSet(Stream.of(signers).map(Signer::jwk).toList()));
  }

  private static TestJwt good() {
    return new TestJwt()
        .header("kid", "f1")
        .claim("iss", FORGE)
        .claim("sub", "repo:acme/shop:ref:refs/heads/main")
        .claim("aud", ISSUER)
        .claim("iat", NOW.getEpochSecond() - 5)
        .claim("exp", NOW.getEpochSecond() + 300)
        .claim("owner", "acme")
        .claim("ref", "refs/heads/main")
        .claim("repository", "shop");
  }

  private Outcome<Proven> prove(String assertion) {
    return prove(assertion, POLICY);
  }

  private Outcome<Proven> prove(String assertion, CompiledPolicy policy) {
    return assertions.prove(assertion, policy).await().atMost(Duration.ofSeconds(10));
  }

  private static Proven proven(Outcome<Proven> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Ok.class);
    return ((Outcome.Ok<Proven>) outcome).value();
  }

  private static void assertRefused(Outcome<Proven> outcome, String why) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    Refusal refusal = ((Outcome.Refused<Proven>) outcome).refusal();
    assertThat(refusal).isInstanceOf(Refusal.BadGrant.class);
    assertThat(refusal.code()).isEqualTo("assertion-refused");
    assertThat(refusal.say()).isEqualTo("the assertion was not accepted");
    assertThat(refusal.why()).contains(why);
  }

  @Test
  void identityIsProven_whenItsIssuerSaysSo() {
    Proven proven = proven(prove(good().header("typ", "JWT").signedBy(KEY)));
    assertThat(proven.name()).isEqualTo("spiffe://td.example/ci/shop");
    assertThat(proven.entry().id()).isEqualTo("entry-1");
    assertThat(proven.attributes()).containsEntry("owner", "acme");
    assertThat(proven.assertionKey()).isEmpty();
    assertThat(proven.assertionUntil()).isEqualTo(NOW.plusSeconds(300));
    assertThat(proven.toString()).doesNotContain("acme");
  }

  static Stream<Arguments> wrong() {
    long now = NOW.getEpochSecond();
    List<Arguments> table = new ArrayList<>();
    for (String typ : List.of("at+jwt", "client-authentication+jwt", "logout+jwt", "jwt", "JOSE")) {
      table.add(wrong("rule 12: typ " + typ, jwt -> jwt.header("typ", typ), "typ is not"));
    }
    for (Object iss :
        List.of(
            FORGE + "/",
            "https://FORGE.example",
            "http://forge.example",
            "https://f\u043erge.example",
            FORGE + "\u0000",
            FORGE + "?x",
            List.of(FORGE),
            1)) {
      table.add(wrong("iss " + iss, jwt -> jwt.claim("iss", iss), "no trust has this issuer"));
    }
    table.add(wrong("no iss", jwt -> jwt.without("iss"), "no trust has this issuer"));
    for (Object aud :
        List.of(
            "https://other.example",
            ISSUER + "/oauth/token",
            List.of(),
            List.of(ISSUER, "https://other.example"),
            List.of(ISSUER, ISSUER))) {
      table.add(wrong("aud " + aud, jwt -> jwt.claim("aud", aud), "aud is not, alone"));
    }
    table.add(wrong("no aud", jwt -> jwt.without("aud"), "aud is not, alone"));
    table.add(wrong("no sub", jwt -> jwt.without("sub"), "must say sub"));
    table.add(wrong("no iat", jwt -> jwt.without("iat"), "must say iat"));
    table.add(wrong("iat ahead", jwt -> jwt.claim("iat", now + 11), "iat is in the future"));
    table.add(wrong("nbf ahead", jwt -> jwt.claim("nbf", now + 11), "nbf is in the future"));
    table.add(wrong("no exp", jwt -> jwt.without("exp"), "exp is missing"));
    table.add(wrong("exp now", jwt -> jwt.claim("exp", now), "has expired"));
    table.add(
        wrong(
            "too long a life",
            jwt -> jwt.claim("exp", now + 3596).claim("iat", now - 5),
            "lives longer than"));
    table.add(wrong("kid unknown", jwt -> jwt.header("kid", "f2"), "not exactly one key"));
    table.add(wrong("alg off list", jwt -> jwt.header("alg", "PS256"), "does not sign with"));
    table.add(wrong("crit", jwt -> jwt.header("crit", List.of("x")), "extension"));
    table.add(wrong("owner", jwt -> jwt.claim("owner", "acmE"), "meets no identity's condition"));
    table.add(wrong("no ref", jwt -> jwt.without("ref"), "failed to evaluate: entry-1"));
    for (Object value :
        List.of(
            "",
            ".",
            "..",
            "a/b",
            "../admin",
            "a%2fb",
            "*",
            "+",
            "a,b",
            "a b",
            "a\u0000",
            "a\nb",
            "a\\b",
            "a?b",
            "a#b",
            "a@b",
            "a:b",
            "sh\u043ep",
            "shop\u2044x",
            "shop\uff0fx",
            "shop\u200b",
            "\u202eshop",
            "x".repeat(3000),
            List.of("shop"),
            Map.of("a", "b"),
            true,
            1.5)) {
      table.add(
          wrong("repository " + value, jwt -> jwt.claim("repository", value), "no SPIFFE ID of"));
    }
    table.add(wrong("no repository", jwt -> jwt.without("repository"), "no SPIFFE ID of"));
    return table.stream();
  }

  private static Arguments wrong(String name, Consumer<TestJwt> change, String why) {
    return Arguments.of(name, change, why);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrong")
  void nobodyIsProven_whenOneThingIsWrong(String name, Consumer<TestJwt> change, String why) {
    TestJwt jwt = good().with(change);
    assertRefused(prove(jwt.signedBy(KEY.as("RS256"))), why);
  }

  @Test
  void nobodyIsProven_whenSomebodyElseSigned() {
    assertRefused(
        prove(good().signedBy(TestJwt.rsa("f1", "RS256", 2048))), "signature that does not verify");
    assertRefused(prove(good().header("alg", "none").unsigned("AA")), "alg is no asymmetric");
    assertRefused(prove(good().header("alg", "HS256").unsigned("AA")), "alg is no asymmetric");
  }

  /** A lifetime of exactly the trust's longest will do; dead in the second of its exp. */
  @Test
  void timesAreRightToTheSecond() {
    long now = NOW.getEpochSecond();
    String longest = good().claim("iat", now).claim("exp", now + 3600).signedBy(KEY);
    proven(prove(longest));
    clock.set(Instant.ofEpochSecond(now + 3600).minusNanos(1));
    proven(prove(longest));
    clock.set(Instant.ofEpochSecond(now + 3600));
    assertRefused(prove(longest), "has expired");
  }

  @Test
  void audienceOfTheTrustTakesThePlaceOfTheIssuer() {
    CompiledPolicy policy =
        new TestPolicy()
            .trust(trust("forge", Optional.of("mayfly-prod"), false))
            .federated("forge", CONDITION, TEMPLATE)
            .compiled();
    proven(prove(good().claim("aud", List.of("mayfly-prod")).signedBy(KEY), policy));
    assertRefused(prove(good().signedBy(KEY), policy), "aud is not, alone");
  }

  @Test
  void audienceTellsWhichTrustIsMeant_whenTwoShareAnIssuer() {
    CompiledPolicy policy =
        new TestPolicy()
            .trust(trust("prod", Optional.of("prod"), false))
            .trust(trust("test", Optional.of("test"), false))
            .federated("prod", CONDITION, "spiffe://td.example/prod/{claims.repository}")
            .federated("test", CONDITION, "spiffe://td.example/test/{claims.repository}")
            .compiled();
    assertThat(proven(prove(good().claim("aud", "prod").signedBy(KEY), policy)).name())
        .isEqualTo("spiffe://td.example/prod/shop");
    assertThat(proven(prove(good().claim("aud", "test").signedBy(KEY), policy)).name())
        .isEqualTo("spiffe://td.example/test/shop");
  }

  @Test
  void nobodyIsProven_whenTwoConditionsHold() {
    CompiledPolicy policy =
        new TestPolicy()
            .trust("forge", FORGE, held(KEY))
            .federated("forge", CONDITION, TEMPLATE)
            .federated("forge", "claims.owner == 'acme'", "spiffe://td.example/x/{claims.owner}")
            .compiled();
    assertRefused(prove(good().signedBy(KEY), policy), "entry-1 and entry-2, so names nobody");
  }

  /** Rule 10: the entry whose condition fails is denied; it does not deny another's. */
  @Test
  void conditionThatFailsDeniesItsOwnEntryOnly() {
    CompiledPolicy policy =
        new TestPolicy()
            .trust("forge", FORGE, held(KEY))
            .federated(
                "forge", "claims.environment == 'prod'", "spiffe://td.example/e/{claims.owner}")
            .federated("forge", CONDITION, TEMPLATE)
            .compiled();
    assertThat(proven(prove(good().signedBy(KEY), policy)).entry().id()).isEqualTo("entry-2");
    assertRefused(
        prove(good().claim("owner", "evil").signedBy(KEY), policy),
        "failed to evaluate: entry-1: ");
  }

  @Test
  void jtiIsRequired_whenTheTrustIsForSingleUse() {
    CompiledPolicy policy =
        new TestPolicy()
            .trust(trust("forge", Optional.empty(), true))
            .federated("forge", CONDITION, TEMPLATE)
            .compiled();
    assertThat(proven(prove(good().claim("jti", "j").signedBy(KEY), policy)).assertionKey())
        .contains(Uuids.hash(FORGE, "repo:acme/shop:ref:refs/heads/main", "j"));
    assertRefused(prove(good().signedBy(KEY), policy), "must say jti");
    assertRefused(prove(good().claim("jti", 5).signedBy(KEY), policy), "must say jti");
    assertRefused(
        prove(good().claim("jti", "j".repeat(257)).signedBy(KEY), policy), "must say jti");
    long tooLate = NOW.getEpochSecond() + 12 * 3600 + 1;
    assertRefused(
        prove(good().claim("jti", "j").claim("exp", tooLate).signedBy(KEY), policy),
        "ends too late");
  }

  /** The whole way: an issuer on loopback rotates its keys and goes down. */
  @Test
  void identityIsProven_whileItsIssuerRotatesAndGoesDown() {
    Signer next = TestJwt.rsa("f2", "RS256", 2048);
    try (var issuer = new LoopbackIssuer(KEY)) {
      CompiledPolicy policy =
          new TestPolicy()
              .trust("forge", issuer.name(), new KeySource.Discovery())
              .federated("forge", CONDITION, TEMPLATE)
              .compiled();
      proven(prove(fresh(issuer).signedBy(KEY), policy));
      issuer.publish(KEY, next);
      clock.pass(Duration.ofSeconds(30));
      proven(prove(fresh(issuer).header("kid", "f2").signedBy(next), policy));
      issuer.goDown();
      clock.pass(Duration.ofHours(20));
      proven(prove(fresh(issuer).header("kid", "f2").signedBy(next), policy));
      clock.pass(Duration.ofHours(5));
      Outcome<Proven> tooOld = prove(fresh(issuer).header("kid", "f2").signedBy(next), policy);
      assertThat(((Outcome.Refused<Proven>) tooOld).refusal())
          .isInstanceOf(Refusal.Unavailable.class);
    } finally {
      keys.close();
    }
  }

  /** Nonsense never makes Mayfly ask an issuer. */
  @Test
  void issuerIsNotAsked_whenTheClaimsWouldNotDo() {
    try (var issuer = new LoopbackIssuer(KEY)) {
      CompiledPolicy policy =
          new TestPolicy()
              .trust("forge", issuer.name(), new KeySource.Discovery())
              .federated("forge", CONDITION, TEMPLATE)
              .compiled();
      assertRefused(
          prove(fresh(issuer).claim("aud", "x").signedBy(KEY), policy), "aud is not, alone");
      assertRefused(prove(fresh(issuer).claim("exp", 1).signedBy(KEY), policy), "has expired");
      assertThat(issuer.keyRequests()).isZero();
    } finally {
      keys.close();
    }
  }

  private TestJwt fresh(LoopbackIssuer issuer) {
    long now = clock.instant().getEpochSecond();
    return good().claim("iss", issuer.name()).claim("iat", now).claim("exp", now + 300);
  }

  private static Trust trust(String id, Optional<String> audience, boolean singleUse) {
    return new Trust(
        id, FORGE, held(KEY), audience, Set.of("RS256"), singleUse, Duration.ofHours(24));
  }
}
