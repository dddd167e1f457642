package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.identity.LoopbackIssuer;
import dev.mayfly.identity.TestJwt;
import dev.mayfly.identity.TestJwt.Signer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pipeline without a key of its own: its CI system vouches for it, changes its keys, and goes
 * away for a while.
 */
class FederatedIT {

  private static final Pattern FIXED_KEYS =
      Pattern.compile("issuer: http://127.0.0.1:8490\n +keys:\n +jwks:\n +keys:\n +- [{][^}]*[}]");

  @TempDir Path folder;

  /** The broker, and the CI system that it trusts. */
  private record Ci(BrokerProcess broker, String audience, LoopbackIssuer issuer) {

    /** What the CI system says about a run of the storefront's main branch. */
    TestJwt says() {
      Instant now = Instant.now();
      return new TestJwt()
          .header("typ", "JWT")
          .claim("iss", issuer.name())
          .claim("aud", audience)
          .claim("sub", "repo:shop/storefront:ref:refs/heads/main")
          .claim("jti", UUID.randomUUID().toString())
          .claim("iat", now.getEpochSecond())
          .claim("exp", now.plusSeconds(300).getEpochSecond())
          .claim("repository", "shop/storefront")
          .claim("repository_id", "1207")
          .claim("ref", "refs/heads/main");
    }

    Client.Answer exchange(Signer key) throws IOException {
      return exchange(key, says -> says);
    }

    Client.Answer exchange(Signer key, UnaryOperator<TestJwt> change) throws IOException {
      TestJwt says = change.apply(says()).header("kid", key.jwk().getKeyID());
      return Client.bearer(broker, says.signedBy(key));
    }

    double ageOfKeys() {
      return broker.metric("mayfly_identity_keys_age_seconds");
    }

    double fetches(String outcome) {
      return broker.metric(
          "mayfly_identity_keys_fetches_total{issuer=\"%s\",outcome=\"%s\""
              .formatted(issuer.name(), outcome));
    }
  }

  private interface Story {
    void tell(Ci ci) throws Exception;
  }

  private void withBroker(LoopbackIssuer issuer, Map<String, String> more, Story story)
      throws Exception {
    try (SharedDatabase database = new SharedDatabase(folder)) {
      int port = BrokerProcess.freePort();
      Path policy =
          Shop.policy(
              folder.resolve("policy.yaml"),
              text ->
                  FIXED_KEYS
                      .matcher(text)
                      .replaceFirst("issuer: " + issuer.name() + "\n    keys: discovery"));
      Map<String, String> settings = new HashMap<>(database.settings());
      settings.put("mayfly.issuer", "http://localhost:" + port);
      settings.put("mayfly.policy.file", policy.toString());
      settings.putAll(more);
      try (BrokerProcess broker = BrokerProcess.start(port, folder, settings)) {
        story.tell(new Ci(broker, "http://localhost:" + port, issuer));
      }
    }
  }

  @Test
  void pipelineDeploysAtOnce_whenItsIssuerHasChangedItsKeys() throws Exception {
    Signer before = TestJwt.es256("ci-1");
    Signer after = TestJwt.es256("ci-2");
    Duration interval = Duration.ofSeconds(2);
    try (LoopbackIssuer issuer = new LoopbackIssuer(before)) {
      withBroker(
          issuer,
          Map.of("mayfly.identity.keys-unknown-kid-interval", "2s"),
          ci -> {
            Client.Answer first = ci.exchange(before);
            assertThat(first.status()).as("%s", first).isEqualTo(200);
            assertThat(RelyingService.verify(ci.broker(), first.token()))
                .containsEntry("sub", "spiffe://shop.test/ci/1207")
                .containsEntry("scope", "deploy:storefront");
            assertThat(ci.exchange(before).status()).isEqualTo(200);
            assertThat(issuer.keyRequests()).as("known keys are not asked for").isEqualTo(1);

            Eventually.within(
                Duration.ofSeconds(20), () -> ci.ageOfKeys() > interval.toMillis() / 1_000.0);
            issuer.publish(after);
            assertThat(ci.exchange(after).status()).as("the first with the new key").isEqualTo(200);
            assertThat(issuer.keyRequests()).isEqualTo(2);
            assertThat(ci.exchange(before).error())
                .as("what the issuer has withdrawn")
                .isEqualTo("invalid_grant");

            long start = System.nanoTime();
            for (int i = 0; i < 30; i++) {
              assertThat(ci.exchange(TestJwt.es256("nobody-" + i)).error())
                  .isEqualTo("invalid_grant");
            }
            long intervals = (System.nanoTime() - start) / interval.toNanos() + 1;
            assertThat(issuer.keyRequests())
                .as("strangers cannot make the broker flood an issuer")
                .isLessThanOrEqualTo((int) (2 + intervals));
          });
    }
  }

  @Test
  void answersTheSameRefusal_whateverIsWrongWithTheAssertion() throws Exception {
    Signer key = TestJwt.es256("ci-1");
    try (LoopbackIssuer issuer = new LoopbackIssuer(key)) {
      withBroker(
          issuer,
          Map.of(),
          ci -> {
            assertThat(ci.exchange(key, says -> says.claim("jti", "once")).status()).isEqualTo(200);
            Map<String, Client.Answer> refused =
                Map.of(
                    "replayed",
                    ci.exchange(key, says -> says.claim("jti", "once")),
                    "another repository",
                    ci.exchange(key, says -> says.claim("repository", "shop/other")),
                    "another repository of the same name",
                    ci.exchange(key, says -> says.claim("repository_id", "1208")),
                    "another audience",
                    ci.exchange(key, says -> says.claim("aud", "https://elsewhere.test")),
                    "another issuer",
                    ci.exchange(key, says -> says.claim("iss", "https://elsewhere.test")),
                    "expired",
                    ci.exchange(
                        key,
                        says -> says.claim("exp", Instant.now().minusSeconds(1).getEpochSecond())),
                    "signed by somebody else under a known kid",
                    ci.exchange(TestJwt.es256("ci-1")));

            assertThat(refused)
                .allSatisfy(
                    (why, answer) -> {
                      assertThat(answer.status()).as(why).isEqualTo(400);
                      assertThat(answer.error()).as(why).isEqualTo("invalid_grant");
                    });
            assertThat(refused.values())
                .extracting(Client.Answer::body)
                .containsOnly(refused.get("replayed").body());
            assertThat(ci.exchange(key, says -> says.claim("ref", "refs/heads/try")).status())
                .as("who it is, but not for this branch")
                .isEqualTo(400);
            assertThat(ci.exchange(key).status()).isEqualTo(200);
          });
    }
  }

  @Test
  void knownKeysGoOnWorkingUntilTheyAreTooOld_whenTheIssuerIsDown_rule10() throws Exception {
    Signer key = TestJwt.es256("ci-1");
    try (LoopbackIssuer issuer = new LoopbackIssuer(key)) {
      withBroker(
          issuer,
          Map.of(
              "mayfly.identity.keys-fresh-for", "1s",
              "mayfly.identity.keys-fresh-at-most", "1s",
              "mayfly.identity.keys-max-age", "5s",
              "mayfly.identity.keys-backoff-at-most", "1s"),
          ci -> {
            assertThat(ci.exchange(key).status()).isEqualTo(200);
            issuer.goDown();
            Eventually.within(Duration.ofSeconds(5), () -> ci.ageOfKeys() > 1.2);
            assertThat(ci.exchange(key).status()).as("stale, not too old").isEqualTo(200);
            assertThat(ci.fetches("failed")).isPositive();

            Client.Answer last = untilItFails(ci, key);
            assertThat(ci.ageOfKeys()).isGreaterThanOrEqualTo(5.0);
            assertThat(last.status()).as("%s", last).isEqualTo(503);
            assertThat(last.error()).isEqualTo("temporarily_unavailable");
            assertThat(last.retryAfter()).isPresent();
            assertThat(ci.broker().readiness()).as("others are not hurt").isEqualTo(200);

            issuer.comeBack();
            Eventually.within(Duration.ofSeconds(10), () -> status(ci, key) == 200);
          });
    }
  }

  private static Client.Answer untilItFails(Ci ci, Signer key) throws IOException {
    Eventually.within(Duration.ofSeconds(20), () -> status(ci, key) != 200);
    return ci.exchange(key);
  }

  private static int status(Ci ci, Signer key) {
    try {
      return ci.exchange(key).status();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
