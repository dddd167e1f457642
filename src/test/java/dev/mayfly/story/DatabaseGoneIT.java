package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rule 10: no database, no mint; what is built is still served; all is well when it comes back. */
class DatabaseGoneIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir Path folder;

  @Test
  void brokerFailsClosedAndRecoversWithoutRestart_whenTheDatabaseGoesAndComesBack_rule10()
      throws Exception {
    try (SharedDatabase database = new SharedDatabase(folder)) {
      int port = BrokerProcess.freePort();
      Map<String, String> settings = new HashMap<>(database.settings());
      settings.put("mayfly.issuer", "http://localhost:" + port);
      Shop shop = new Shop("http://localhost:" + port);
      try (BrokerProcess broker = BrokerProcess.start(port, folder, settings)) {
        String token = shop.checkout().token(broker, Map.of()).token();
        String list = RelyingService.list(broker, token);

        database.stop();

        Client.Answer refused = shop.checkout().token(broker, Map.of());
        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.body().get("error").asText()).isEqualTo("temporarily_unavailable");
        Eventually.within(PATIENCE, () -> broker.readiness() == 503);
        Eventually.within(PATIENCE, () -> broker.log().contains("policy failed and will be tried"));
        assertThat(RelyingService.list(broker, token)).isEqualTo(list);
        assertThat(RelyingService.verify(broker, token)).containsKey("jti");

        database.start();

        Eventually.within(PATIENCE, () -> broker.readiness() == 200);
        assertThat(shop.checkout().token(broker, Map.of()).status()).isEqualTo(200);
        String id = (String) RelyingService.verify(broker, token).get("jti");
        shop.revoke(broker, "credential", id);
        Eventually.within(PATIENCE, () -> RelyingService.isRevoked(broker, token));

        Eventually.within(PATIENCE, () -> broker.log().contains("policy goes round again"));
        assertThat(broker.log().split("policy failed", -1)).as("said once").hasSize(2);
        assertThat(broker.log()).doesNotContain("\tat io.quarkus.scheduler");
      }
    }
  }
}
