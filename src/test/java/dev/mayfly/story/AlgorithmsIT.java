package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.SignedJWT;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One token of each algorithm, asked for as its owner would and verified by two programs. */
class AlgorithmsIT {

  @TempDir Path folder;

  @Test
  void tokensOfEveryAlgorithmVerifyOffline_byTheCommandAndByAnotherProgram() throws Exception {
    try (SharedDatabase database = new SharedDatabase(folder)) {
      int port = BrokerProcess.freePort();
      Map<String, String> settings = new HashMap<>(database.settings());
      settings.put("mayfly.issuer", "http://localhost:" + port);
      Shop shop = new Shop("http://localhost:" + port);
      try (BrokerProcess broker = BrokerProcess.start(port, folder, settings)) {
        verifies(
            broker,
            shop.checkout().token(broker, Map.of("role", "orders-writer")).token(),
            JWSAlgorithm.ES256,
            "https://orders.shop.test");
        verifies(
            broker,
            shop.orders().token(broker, Map.of("role", "stock-keeper")).token(),
            JWSAlgorithm.Ed25519,
            "https://stock.shop.test");
        verifies(
            broker,
            Client.bearer(broker, shop.pipelineRun()).token(),
            JWSAlgorithm.RS256,
            "https://deploy.shop.test");
      }
    }
  }

  private void verifies(BrokerProcess broker, String token, JWSAlgorithm algorithm, String audience)
      throws Exception {
    assertThat(SignedJWT.parse(token).getHeader().getAlgorithm()).isEqualTo(algorithm);
    assertThat(RelyingService.verify(broker, token)).containsEntry("aud", audience);

    Launcher.Ended genuine = Launcher.verify(folder, broker, token, audience);
    assertThat(genuine.code()).as(genuine.out()).isZero();
    assertThat(genuine.out()).contains("valid", audience, algorithm.getName());

    Launcher.Ended forged = Launcher.verify(folder, broker, forged(token), audience);
    assertThat(forged.code()).as(forged.out()).isNotZero();
    assertThat(forged.out()).contains("refused");
    assertThat(Launcher.verify(folder, broker, token, "https://elsewhere.test").code()).isNotZero();
  }

  /** One bit of the signature's middle is another. */
  private static String forged(String token) {
    int at = (token.lastIndexOf('.') + token.length()) / 2;
    char other = token.charAt(at) == 'A' ? 'B' : 'A';
    return token.substring(0, at) + other + token.substring(at + 1);
  }
}
