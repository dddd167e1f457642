package dev.mayfly.http;

import static dev.mayfly.http.Shop.CHECKOUT;
import static dev.mayfly.http.Shop.NIGHTLY_REPORT;
import static dev.mayfly.http.Shop.ORDERS_AUDIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A role with {@code sender-constrained: dpop}, for a workload. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
@TestProfile(BoundRoleTest.Demanding.class)
class BoundRoleTest {

  /** The shop, where looking at orders takes a key. */
  public static final class Demanding implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      try {
        String shop = Files.readString(Path.of("keys-dev/policy.yaml"));
        String demanding =
            shop.replace("  orders-reader:\n", "  orders-reader:\n    sender-constrained: dpop\n");
        assertThat(demanding).isNotEqualTo(shop);
        Path file = Files.createTempFile("policy", ".yaml");
        file.toFile().deleteOnExit();
        Files.writeString(file, demanding);
        return Map.of("mayfly.policy.file", file.toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private final Holder holder = new Holder();

  @Test
  void roleIsMintedForAKeyOnly() {
    NIGHTLY_REPORT.token().then().statusCode(400).body("error", equalTo("invalid_dpop_proof"));
    String token = holder.freshToken(NIGHTLY_REPORT);
    assertThat(Tokens.claims(token))
        .containsEntry("aud", ORDERS_AUDIENCE)
        .containsEntry("cnf", Map.of("jkt", holder.jkt()));
  }

  @Test
  void otherRolesAreMintedAsEver() {
    CHECKOUT.token().then().statusCode(200).body("token_type", equalTo("Bearer"));
  }

  /** Rule 8: the no is a decision, and it uses the assertion up. */
  @Test
  void mintWithoutAProofIsAudited() {
    String requestId = UUID.randomUUID().toString();
    String assertion = NIGHTLY_REPORT.assertion();
    Shop.form(assertion)
        .header("X-Request-Id", requestId)
        .formParam("grant_type", "client_credentials")
        .post("/oauth/token")
        .then()
        .statusCode(400);
    List<Map<String, Object>> told =
        Shop.operator()
            .queryParam("action", "credential.deny")
            .get("/v1/audit")
            .then()
            .statusCode(200)
            .extract()
            .jsonPath()
            .getList("items.findAll { it.request_id == '" + requestId + "' }");
    assertThat(told)
        .singleElement()
        .satisfies(
            event ->
                assertThat(event)
                    .containsEntry("cause", "invalid-dpop-proof")
                    .containsEntry("actor", NIGHTLY_REPORT.spiffeId()));
    Holder.mint(assertion, holder.signed(holder.mintProof()))
        .post("/oauth/token")
        .then()
        .statusCode(401);
  }
}
