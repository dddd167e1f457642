package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that live for seconds change under a client that never stops asking. */
class RotationIT {

  /** The first key and two that took over from the one before. */
  private static final int KEYS = 3;

  private static final String ROTTEN_RINGS =
      """
      SELECT count(*) FROM key_rings r
       WHERE (SELECT count(*) FROM signing_keys k WHERE k.ring = r.name AND k.state = 'ACTIVE') <> 1
      """;

  @TempDir Path folder;

  @Test
  void everyTokenVerifiesByTheKeysOfTheMoment_whileKeysChange_rules4and5() throws Exception {
    try (SharedDatabase database = new SharedDatabase(folder)) {
      int port = BrokerProcess.freePort();
      Map<String, String> settings = new HashMap<>(database.settings());
      settings.put("mayfly.issuer", "http://localhost:" + port);
      settings.put("mayfly.key.jwt.lifetime", "18s");
      settings.put("mayfly.key.jwt.longest", "3s");
      settings.put("mayfly.key.skew", "0s");
      settings.put("mayfly.key.jwks-max-age", "1s");
      settings.put("mayfly.key.refresh-hint", "200ms");
      settings.put("mayfly.key.tick", "1s");
      Client checkout = new Shop("http://localhost:" + port).checkout();
      try (BrokerProcess broker = BrokerProcess.start(port, folder, settings)) {
        Set<String> used = new LinkedHashSet<>();
        List<String> alive = new ArrayList<>();
        JWKSet[] known = {RelyingService.keys(broker)};
        Eventually.within(
            Duration.ofSeconds(90),
            () -> {
              String token = token(broker, checkout);
              assertThat(kids(known[0]))
                  .as("rule 5: a key signs only once everybody could have fetched it")
                  .contains(kid(token));
              used.add(kid(token));
              alive.add(token);
              alive.removeIf(RotationIT::hasEnded);
              known[0] = RelyingService.keys(broker);
              alive.forEach(one -> RelyingService.verify(known[0], one));
              assertThat(database.count(ROTTEN_RINGS)).as("rule 5: one ACTIVE a ring").isZero();
              return used.size() == KEYS;
            });
        assertThat(
                database.count(
                    "SELECT count(*) FROM credentials c JOIN signing_keys k USING (kid)"
                        + " WHERE c.expires_at > k.not_after"))
            .as("rule 4")
            .isZero();
        assertThat(
                database.count(
                    "SELECT count(*) FROM audit_events WHERE action = 'key.activate'"
                        + " AND subject IN ("
                        + String.join(",", used.stream().map(kid -> "'key:" + kid + "'").toList())
                        + ")"))
            .as("rule 8")
            .isEqualTo(KEYS);
      }
    }
  }

  private static String token(BrokerProcess broker, Client client) {
    try {
      Client.Answer answer = client.token(broker, Map.of());
      assertThat(answer.status()).as("%s", answer).isEqualTo(200);
      return answer.token();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static List<String> kids(JWKSet keys) {
    return keys.getKeys().stream().map(JWK::getKeyID).toList();
  }

  private static String kid(String token) {
    return parsed(token).getHeader().getKeyID();
  }

  private static boolean hasEnded(String token) {
    try {
      return !Instant.now()
          .isBefore(parsed(token).getJWTClaimsSet().getExpirationTime().toInstant());
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
  }

  private static SignedJWT parsed(String token) {
    try {
      return SignedJWT.parse(token);
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
  }
}
