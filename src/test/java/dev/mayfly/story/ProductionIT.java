package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged broker as an operator runs it: its own policy and key, JSON logs, nothing of ours.
 */
class ProductionIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void everyLogLineIsJson_andARefusalCarriesItsRequestId() throws Exception {
    try (SharedDatabase database = new SharedDatabase(folder)) {
      int port = BrokerProcess.freePort();
      Map<String, String> settings = own(database, port);
      String requestId = "who-was-that-1";
      List<JsonNode> lines = new ArrayList<>();
      try (BrokerProcess broker = BrokerProcess.start("prod", port, folder, settings)) {
        refusedRequest(broker, requestId);
        Eventually.within(java.time.Duration.ofSeconds(10), () -> broker.log().contains(requestId));
        for (String line : broker.log().lines().toList()) {
          lines.add(JSON.readTree(line));
        }
      }
      assertThat(lines).isNotEmpty().allMatch(line -> line.hasNonNull("message"));
      assertThat(lines)
          .filteredOn(line -> line.path("mdc").path("requestId").asText().equals(requestId))
          .as("the refusal is found by the id that the caller was told")
          .isNotEmpty();
    }
  }

  /** It asks for no password. */
  @Test
  void developmentProviderIsNotThere() throws Exception {
    try (SharedDatabase database = new SharedDatabase(folder)) {
      int port = BrokerProcess.freePort();
      try (BrokerProcess broker = BrokerProcess.start("prod", port, folder, own(database, port))) {
        for (String path : List.of("/.well-known/openid-configuration", "/jwks", "/authorize")) {
          HttpRequest request = HttpRequest.newBuilder(broker.at("/dev/login" + path)).build();
          assertThat(
                  BrokerProcess.HTTP
                      .send(request, HttpResponse.BodyHandlers.discarding())
                      .statusCode())
              .isEqualTo(404);
        }
      }
    }
  }

  /** One sentence, and not a stack in a line of JSON. */
  @Test
  void startIsRefused_withTheDevelopmentPolicy() throws Exception {
    try (SharedDatabase database = new SharedDatabase(folder)) {
      int port = BrokerProcess.freePort();
      Map<String, String> settings = own(database, port);
      settings.put("mayfly.policy.file", Path.of("keys-dev/policy.yaml").toString());
      assertThatThrownBy(() -> BrokerProcess.start("prod", port, folder, settings))
          .hasMessageContaining("ended at its start")
          .hasMessageContaining(
              "\nMayfly does not start: the policy uses development keys of keys-dev/")
          .hasMessageNotContaining("frames")
          .hasMessageNotContaining("\tat ");
    }
  }

  private Map<String, String> own(SharedDatabase database, int port) throws Exception {
    Path policy = folder.resolve("policy.yaml");
    var key = new ECKeyGenerator(Curve.P_256).keyID("operator-1").generate().toPublicJWK();
    Files.writeString(policy, POLICY.replace("KEY", key.toJSONString()));
    byte[] secret = new byte[32];
    new SecureRandom().nextBytes(secret);
    Path kek = folder.resolve("kek");
    Files.writeString(kek, Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    kek.toFile().setReadable(false, false);
    kek.toFile().setReadable(true, true);
    Map<String, String> settings = new HashMap<>(database.settings());
    settings.put("mayfly.issuer", "http://localhost:" + port);
    settings.put("mayfly.policy.file", policy.toString());
    settings.put("mayfly.key.kek-file", kek.toString());
    return settings;
  }

  private static void refusedRequest(BrokerProcess broker, String requestId) throws Exception {
    HttpResponse<String> answer =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(broker.at("/oauth/token"))
                    .header("X-Request-Id", requestId)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            "grant_type=client_credentials&client_assertion=nonsense&client_assertion_type="
                                + "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"))
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(401);
    assertThat(answer.headers().firstValue("X-Request-Id")).contains(requestId);
  }

  private static final String POLICY =
      """
      schema: 1
      revision: 1
      trust-domain: acme.example
      ceilings: {jwt: 15m, grant: 12h, review: 5500d, review-grace: 30d}
      bootstrap: {operator: operator}
      trusts: {}
      identities:
        operator:
          kind: person
          owner: team-platform
          environment: production
          review: 2040-06-30
          description: The person on call
          client:
            spiffe-id: spiffe://acme.example/operator
            algorithms: [ES256]
            keys: [KEY]
      roles:
        operator:
          owner: team-platform
          description: Takes anything back
          audiences: [mayfly]
          scopes: ["mayfly:read", "mayfly:revoke"]
          ttl: 10m
          grant: 1h
          environments: [production]
      entitlements:
        - {role: operator, identity: operator, type: standing, until: 2040-06-30}
      """;
}
