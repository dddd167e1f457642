package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A signing key has leaked: everything it signed dies, and minting goes on with its successor. */
class CompromiseIT {

  @TempDir Path folder;

  @Test
  void everythingTheKeySignedIsDeadAndMintingGoesOn_whenAnOperatorRevokesTheKeyNow_rules5and6()
      throws Exception {
    try (SharedDatabase database = new SharedDatabase(folder)) {
      int port = BrokerProcess.freePort();
      var settings = new java.util.HashMap<>(database.settings());
      settings.put("mayfly.issuer", "http://localhost:" + port);
      Shop shop = new Shop("http://localhost:" + port);
      try (BrokerProcess broker = BrokerProcess.start(port, folder, settings)) {
        String token = shop.checkout().token(broker, Map.of()).token();
        String other = shop.nightlyReport().token(broker, Map.of()).token();
        String kid = com.nimbusds.jwt.SignedJWT.parse(token).getHeader().getKeyID();
        Map<String, String> revoke =
            Map.of("scope", "key", "target", kid, "reason", "found in a dump");

        Client.Answer early =
            Client.api(broker.at("/v1/revocations"), shop.operatorToken(broker), revoke);
        assertThat(early.status()).as("rule 5: no successor that anybody knows").isEqualTo(409);

        Client.Answer prepared =
            Client.api(
                broker.at("/v1/keys/" + kid + "/successor"),
                shop.operatorToken(broker),
                Map.of("reason", "found in a dump"));
        assertThat(prepared.status()).as("%s", prepared).isEqualTo(200);
        String successor = prepared.body().get("kid").asText();

        Client.Answer revoked =
            Client.api(broker.at("/v1/revocations?now=true"), shop.operatorToken(broker), revoke);
        assertThat(revoked.status()).as("%s", revoked).isEqualTo(201);

        Eventually.within(
            Duration.ofSeconds(5),
            () ->
                RelyingService.isRevoked(broker, token) && RelyingService.isRevoked(broker, other));
        assertThat(RelyingService.get(broker.at("/.well-known/jwks.json"), "application/json"))
            .doesNotContain(kid)
            .contains(successor);
        String fresh = shop.checkout().token(broker, Map.of()).token();
        assertThat(com.nimbusds.jwt.SignedJWT.parse(fresh).getHeader().getKeyID())
            .isEqualTo(successor);
        assertThat(RelyingService.verify(broker, fresh)).containsKey("jti");
        assertThat(RelyingService.isRevoked(broker, fresh)).isFalse();
        assertThat(
                database.count(
                    "SELECT count(*) FROM signing_keys WHERE kid = '"
                        + kid
                        + "' AND wrapped IS NULL"))
            .as("the private part is gone")
            .isEqualTo(1);
      }
    }
  }
}
