package dev.mayfly.identity;

import static dev.mayfly.identity.TestPolicy.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.LoopbackIssuer.Mood;
import dev.mayfly.identity.TestJwt.Signer;
import dev.mayfly.policy.KeySource;
import dev.mayfly.policy.Trust;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An issuer's keys while it rotates them, goes down, and worse. */
class TrustKeysTest {

  private static final Signer FIRST = TestJwt.es256("first");
  private static final Signer SECOND = TestJwt.es256("second");

  private final LoopbackIssuer issuer = new LoopbackIssuer(FIRST);
  private final TestClock clock = new TestClock(NOW);
  private final MeterRegistry metrics = new SimpleMeterRegistry();
  private final TrustKeys keys = new TrustKeys(limits(), clock, metrics);

  @AfterEach
  void close() {
    keys.close();
    issuer.close();
  }

  private static IdentityLimits limits() {
    IdentityLimits defaults = IdentityLimits.defaults();
    return new IdentityLimits(
        defaults.assertionMaxLength(),
        defaults.clientAssertionLifetime(),
        defaults.clockSkew(),
        defaults.dpop(),
        new IdentityLimits.Keys(
            Duration.ofHours(24),
            Duration.ofMinutes(15),
            Duration.ofHours(1),
            Duration.ofSeconds(30),
            Duration.ofSeconds(2),
            100_000,
            Duration.ofMinutes(5)),
        defaults.reviewWarning(),
        defaults.rememberedIds());
  }

  private Trust trust(KeySource source) {
    return trust(issuer.name(), source);
  }

  private static Trust trust(String name, KeySource source) {
    return new Trust(
        "t", name, source, Optional.empty(), Set.of("ES256"), false, Duration.ofHours(1));
  }

  private Outcome<VerifyingKey> find(String kid) {
    return find(trust(new KeySource.Discovery()), kid);
  }

  private Outcome<VerifyingKey> find(Trust trust, String kid) {
    return keys.find(trust, SignatureAlgorithm.ES256, Optional.of(kid))
        .await()
        .atMost(Duration.ofSeconds(10));
  }

  private void assertFound(String kid) {
    assertFound(find(kid), kid);
  }

  private static void assertFound(Outcome<VerifyingKey> outcome, String kid) {
    assertThat(outcome).isInstanceOf(Outcome.Ok.class);
    assertThat(((Outcome.Ok<VerifyingKey>) outcome).value().kid()).contains(kid);
  }

  private static void assertRefused(
      Outcome<VerifyingKey> outcome, Class<? extends Refusal> refusal) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(((Outcome.Refused<VerifyingKey>) outcome).refusal()).isInstanceOf(refusal);
  }

  private void assertUnknown(String kid) {
    assertRefused(find(kid), Refusal.BadGrant.class);
  }

  private void assertUnavailable() {
    assertRefused(find("first"), Refusal.Unavailable.class);
  }

  private double fetches(String outcome) {
    return metrics
        .get("mayfly.identity.keys.fetches")
        .tag("issuer", issuer.name())
        .tag("outcome", outcome)
        .counter()
        .count();
  }

  @Test
  void keysAreFetchedOnce_whenTheyAreFresh() {
    for (int i = 0; i < 20; i++) {
      assertFound("first");
    }
    assertThat(issuer.keyRequests()).isEqualTo(1);
    assertThat(fetches("fetched")).isEqualTo(1);
  }

  @Test
  void keysAreFound_whenTheTrustNamesTheirUri() {
    Trust trust = trust(new KeySource.JwksUri(URI.create(issuer.jwksUri())));
    assertFound(find(trust, "first"), "first");
  }

  @Test
  void keysAreFound_whenThePolicyHoldsThem() {
    issuer.goDown();
    Trust trust =
        trust(new KeySource.StaticJwks(new com.nimbusds.jose.jwk.JWKSet(List.of(FIRST.jwk()))));
    assertFound(find(trust, "first"), "first");
    assertRefused(find(trust, "second"), Refusal.BadGrant.class);
  }

  @Test
  void oneRequestServesEverybody_whenManyComeAtOnce() {
    Trust trust = trust(new KeySource.Discovery());
    List<CompletableFuture<Outcome<VerifyingKey>>> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(
          keys.find(trust, SignatureAlgorithm.ES256, Optional.of("first"))
              .subscribeAsCompletionStage());
    }
    all.forEach(one -> assertFound(one.join(), "first"));
    assertThat(issuer.keyRequests()).isEqualTo(1);
  }

  @Test
  void newKeyIsFetched_whenItsKidIsUnknown_atMostOnceInTheInterval() {
    assertFound("first");
    issuer.publish(FIRST, SECOND);
    assertUnknown("second");
    clock.pass(Duration.ofSeconds(29));
    assertUnknown("second");
    assertThat(issuer.keyRequests()).isEqualTo(1);
    clock.pass(Duration.ofSeconds(1));
    assertFound("second");
    assertThat(issuer.keyRequests()).isEqualTo(2);
    for (int i = 0; i < 50; i++) {
      assertUnknown("nonsense-" + i);
    }
    assertThat(issuer.keyRequests()).isEqualTo(2);
    clock.pass(Duration.ofSeconds(30));
    for (int i = 0; i < 50; i++) {
      assertUnknown("nonsense-" + i);
    }
    assertThat(issuer.keyRequests()).isEqualTo(3);
  }

  @Test
  void withdrawnKeyIsRefused_onceTheKeysAreNoLongerFresh() {
    assertFound("first");
    issuer.publish(SECOND);
    clock.pass(Duration.ofMinutes(15));
    assertUnknown("first");
    assertFound("second");
  }

  @Test
  void everyKeyIsRefused_whenTheIssuerWithdrawsAll() {
    assertFound("first");
    issuer.publish();
    clock.pass(Duration.ofMinutes(15));
    assertUnknown("first");
  }

  @Test
  void keysAreFetchedBehind_whenTheyAge() {
    assertFound("first");
    clock.pass(Duration.ofMinutes(12));
    assertFound("first");
    awaitFetches(2);
    clock.pass(Duration.ofMinutes(4));
    assertFound("first");
    assertThat(issuer.keyRequests()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"max-age=120", "public, MAX-AGE=120, must-revalidate"})
  void issuerSaysHowLongItsKeysAreFresh(String cacheControl) {
    issuer.cacheControl(cacheControl);
    assertFound("first");
    issuer.publish(SECOND);
    clock.pass(Duration.ofSeconds(95));
    assertFound("first");
    clock.pass(Duration.ofSeconds(25));
    assertUnknown("first");
  }

  @Test
  void issuerCannotHaveItsKeysTakenForFreshForEver() {
    issuer.cacheControl("max-age=999999999");
    assertFound("first");
    issuer.publish(SECOND);
    clock.pass(Duration.ofHours(1));
    assertUnknown("first");
  }

  /** The keys of an issuer that is away keep working until they are too old, then nothing does. */
  @Test
  void cachedKeysWork_whileTheIssuerIsDown_untilTheyAreTooOld() {
    assertFound("first");
    issuer.goDown();
    for (int hour = 1; hour < 24; hour++) {
      clock.set(NOW.plus(Duration.ofHours(hour)));
      assertFound("first");
    }
    clock.set(NOW.plus(Duration.ofHours(24)).minusNanos(1));
    assertFound("first");
    clock.set(NOW.plus(Duration.ofHours(24)));
    assertUnavailable();
    assertThat(fetches("failed")).isPositive();
    assertThat(metrics.get("mayfly.identity.keys.age").gauge().value()).isEqualTo(24 * 3600.0);
    issuer.comeBack();
    clock.pass(Duration.ofMinutes(5));
    assertFound("first");
    assertThat(metrics.get("mayfly.identity.keys.age").gauge().value()).isZero();
  }

  @Test
  void unknownKidIsRefused_whileTheIssuerIsDown() {
    assertFound("first");
    issuer.goDown();
    clock.pass(Duration.ofMinutes(1));
    assertUnknown("second");
    assertFound("first");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "WELL")
  void nothingIsBelieved_whenTheIssuerMisbehaves(Mood mood) {
    issuer.mood(mood);
    assertUnavailable();
    issuer.mood(Mood.WELL);
    clock.pass(Duration.ofSeconds(1));
    assertFound("first");
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "WELL")
  void cachedKeysWork_whenTheIssuerBeginsToMisbehave(Mood mood) {
    assertFound("first");
    issuer.mood(mood);
    clock.pass(Duration.ofHours(2));
    assertFound("first");
    assertThat(fetches("failed")).isEqualTo(1);
  }

  @Test
  void pausesBetweenAttemptsGrow_whileTheIssuerFails() {
    issuer.mood(Mood.ERROR);
    int[] attemptsAtSecond = new int[64];
    for (int second = 0; second < attemptsAtSecond.length; second++) {
      clock.set(NOW.plusSeconds(second));
      assertUnavailable();
      attemptsAtSecond[second] = issuer.keyRequests();
    }
    assertThat(issuer.keyRequests()).as("at 0, 1, 3, 7, 15, 31 and 63 s").isEqualTo(7);
    assertThat(attemptsAtSecond[62]).isEqualTo(6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://issuer.example",
        "ftp://127.0.0.1",
        "http://127.0.0.1.example",
        "http://user@127.0.0.1",
        "http://localhost@issuer.example",
        "issuer.example",
        "https://",
        "https://issuer example",
        "file:///etc/passwd"
      })
  void issuerIsNotAsked_withoutTls(String name) {
    assertRefused(find(trust(name, new KeySource.Discovery()), "first"), Refusal.Unavailable.class);
  }

  /** The answer arrives on another thread: waits for the counter, not for a time. */
  private void awaitFetches(double count) {
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (fetches("fetched") < count && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(fetches("fetched")).isEqualTo(count);
  }
}
