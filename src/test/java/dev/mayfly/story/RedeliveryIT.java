package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that lost its answer asks again, even of a broker that was restarted in between. */
class RedeliveryIT {

  private static final Map<String, String> KEY = Map.of("Idempotency-Key", "order-4711");

  @TempDir Path folder;

  @Test
  void sameCredentialIsDelivered_whenTheKeyIsTheSame_alsoAfterARestart() throws Exception {
    try (SharedDatabase database = new SharedDatabase(folder)) {
      int port = BrokerProcess.freePort();
      Map<String, String> settings = new HashMap<>(database.settings());
      settings.put("mayfly.issuer", "http://localhost:" + port);
      Client checkout = new Shop("http://localhost:" + port).checkout();
      Map<String, Object> first;
      try (BrokerProcess broker = BrokerProcess.start(port, folder, settings)) {
        first = claims(broker, checkout.token(broker, Map.of(), KEY));
        assertThat(claims(broker, checkout.token(broker, Map.of(), KEY))).isEqualTo(first);
        assertThat(checkout.token(broker, Map.of("scope", "orders:read"), KEY).status())
            .as("the key of another request")
            .isEqualTo(409);
        broker.kill();
      }
      try (BrokerProcess again = BrokerProcess.start(port, folder, settings)) {
        assertThat(claims(again, checkout.token(again, Map.of(), KEY))).isEqualTo(first);
        assertThat(claims(again, checkout.token(again, Map.of())).get("jti"))
            .isNotEqualTo(first.get("jti"));
        assertThat(database.count("SELECT count(*) FROM credentials")).isEqualTo(2);
        assertThat(
                database.count(
                    "SELECT count(*) FROM audit_events WHERE action = 'credential.mint'"))
            .as("rule 8")
            .isEqualTo(2);
      }
    }
  }

  private static Map<String, Object> claims(BrokerProcess broker, Client.Answer answer) {
    assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    return RelyingService.verify(broker, answer.token());
  }
}
