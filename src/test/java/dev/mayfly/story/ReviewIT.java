package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nobody looked at an identity in time: it mints through its grace, and then no longer. */
class ReviewIT {

  /** Time for the nodes to take up the policy and for a mint within the grace. */
  private static final Duration REST_OF_GRACE = Duration.ofSeconds(8);

  @TempDir Path folder;

  @Test
  void identityMintsNoLonger_whenItsReviewDateAndGraceHavePassed() throws Exception {
    Path policy = Shop.policy(folder.resolve("policy.yaml"), text -> text + "# A copy.\n");
    try (SharedDatabase database = new SharedDatabase(folder)) {
      int port = BrokerProcess.freePort();
      Map<String, String> settings = new HashMap<>(database.settings());
      settings.put("mayfly.issuer", "http://localhost:" + port);
      settings.put("mayfly.policy.file", policy.toString());
      settings.put("mayfly.policy.refresh", "1s");
      Shop shop = new Shop("http://localhost:" + port);
      try (BrokerProcess broker = BrokerProcess.start(port, folder, settings)) {
        assertThat(shop.nightlyReport().token(broker, Map.of()).status()).isEqualTo(200);
        assertThat(seen(shop, broker).get("review_due").asBoolean()).isFalse();

        Instant end = letReviewPass(policy);
        Eventually.within(REST_OF_GRACE, () -> mints(shop, broker) && isDue(shop, broker));
        assertThat(Instant.parse(seen(shop, broker).get("mint_until").asText())).isEqualTo(end);

        Eventually.within(REST_OF_GRACE.multipliedBy(2), () -> !mints(shop, broker));
        assertThat(Instant.now()).as("never early").isAfterOrEqualTo(end);
        Client.Answer refused = shop.nightlyReport().token(broker, Map.of());
        assertThat(refused.status()).as("%s", refused).isEqualTo(400);
        assertThat(refused.error()).isEqualTo("unauthorized_client");
        assertThat(seen(shop, broker).get("state").asText()).isEqualTo("ACTIVE");
        assertThat(shop.checkout().token(broker, Map.of()).status()).as("others").isEqualTo(200);
      }
      // The dates of a policy that is active do not keep a node from starting.
      try (BrokerProcess broker = BrokerProcess.start(port, folder, settings)) {
        Eventually.within(
            Duration.ofSeconds(10),
            () -> broker.metric("mayfly_identity_reviews{review=\"OVERDUE\"") == 1.0);
        assertThat(mints(shop, broker)).isFalse();
      }
    }
  }

  /** The review is today, and so much of its grace is left that the test sees both sides. */
  private static Instant letReviewPass(Path policy) {
    Instant now = Instant.now();
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    Instant review = today.atStartOfDay(ZoneOffset.UTC).toInstant();
    long grace = Duration.between(review, now).plus(REST_OF_GRACE).toSeconds();
    Shop.policy(
        policy,
        text ->
            text.replaceFirst("(?m)^revision: \\d+", "revision: 1000")
                .replace("review-grace: 30d", "review-grace: " + grace + "s")
                .replaceFirst(
                    "(nightly-report:\\s+kind: workload\\s+owner: \\S+\\s+environment: dev\\s+"
                        + "review: )\\S+",
                    "$1" + today));
    return review.plusSeconds(grace);
  }

  private static boolean mints(Shop shop, BrokerProcess broker) {
    try {
      return shop.nightlyReport().token(broker, Map.of()).status() == 200;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isDue(Shop shop, BrokerProcess broker) {
    return seen(shop, broker).get("review_due").asBoolean();
  }

  /** The identity as operators see it. */
  private static JsonNode seen(Shop shop, BrokerProcess broker) {
    String name = URLEncoder.encode(shop.nightlyReport().id(), StandardCharsets.UTF_8);
    try {
      Client.Answer found =
          Client.api(
              broker.at("/v1/identities?name=" + name), shop.operatorToken(broker), Map.of());
      return found.body().get("items").get(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
