package dev.mayfly.http;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import dev.mayfly.http.Staff.Member;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an agent cannot do, whoever it acts for: ask, decide, exchange, or act by itself. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class AgentBoundsTest {

  private static final String CSR =
      """
      -----BEGIN CERTIFICATE REQUEST-----
      MIG7MGICAQAwADBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBKVoftUJiG/F+CD
      4RpkdU/atSBpoRGTuvjS+1EoWzjUK1owQ+Cs8/RP3vDuK50UIU/BEkotyK7PjvHi
      bnGMqh+gADAKBggqhkjOPQQDAgNJADBGAiEA9NazuLrpxs954xYOghZ0cVWfuvsP
      RY93zBPaiNBVpMYCIQDJAvAtDYqiN6+1FgaujqpxgGYl7kyPYqDbfMm+9iyF2Q==
      -----END CERTIFICATE REQUEST-----
      """;

  @Inject Staff staff;

  private Member ada;
  private String task;

  @BeforeEach
  void login() {
    String suffix = UUID.randomUUID().toString().substring(0, 8);
    ada = staff.member("ada-" + suffix, "engineering");
    task = "ticket-" + suffix;
  }

  @Test
  void agentGetsNothingByItself() {
    Shop.ASSISTANT.token().then().statusCode(400).body("error", equalTo("invalid_request"));
    Assistant.refusedToMint(Assistant.token("orders-writer", Map.of()));
    String grants = UUID.randomUUID().toString();
    Assistant.refusedToMint(Assistant.token("logs-reader", Map.of("grant", grants)));
  }

  /** Another agent's, a workload's or a person's grant is nothing that a caller may name. */
  @Test
  void agentActsUnderItsOwnGrantsOnly() {
    String own = ada.post("/v1/grants/ensure", Assistant.plainLogs()).then().extract().path("id");
    Assistant.refusedToMint(Assistant.token("logs-reader", Map.of("grant", own)));
    String id = Assistant.logs(ada, task);
    Shop.CHECKOUT
        .token(Map.of("role", "logs-reader", "grant", id))
        .then()
        .statusCode(400)
        .body("error", equalTo("unauthorized_client"));
    ada.exchange("logs-reader", Map.of("grant", id)).then().statusCode(400);
  }

  /** Rule 9, and no agent asks for itself, begins, extends or ends anything. */
  @Test
  void agentsTokenOpensNothingHere() {
    String id = Assistant.logs(ada, task);
    String token = Assistant.fresh("logs-reader", id);
    for (String act : Set.of("approve", "deny", "activate", "extend", "end")) {
      given()
          .auth()
          .oauth2(token)
          .contentType("application/json")
          .body("{}")
          .post("/v1/grants/" + id + "/" + act)
          .then()
          .statusCode(401);
    }
    given()
        .auth()
        .oauth2(token)
        .contentType("application/json")
        .body(Assistant.delegation("logs-reader", Assistant.NAME, task))
        .post("/v1/grants")
        .then()
        .statusCode(401);
  }

  /** RFC 8693 2.2.2: neither its own token nor a person's is a subject token in its hands. */
  @Test
  void agentExchangesNothing() {
    String token = Assistant.fresh("logs-reader", Assistant.logs(ada, task));
    Holder key = new Holder();
    for (String subject : Set.of(token, ada.token())) {
      Shop.form(Shop.ASSISTANT.assertion())
          .header("DPoP", key.signed(key.mintProof()))
          .formParam("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange")
          .formParam("subject_token", subject)
          .formParam("subject_token_type", "urn:ietf:params:oauth:token-type:access_token")
          .formParam("role", "logs-reader")
          .post("/oauth/token")
          .then()
          .statusCode(400)
          .body("error", equalTo("invalid_grant"));
    }
    given()
        .auth()
        .oauth2(ada.token())
        .contentType("application/json")
        .body(Assistant.delegation("logs-reader", Assistant.NAME, task))
        .post("/v1/grants")
        .then()
        .statusCode(401);
  }

  @Test
  void agentActsForPeopleOnly() {
    refused(ada, Assistant.delegation("logs-reader", Shop.CHECKOUT.spiffeId(), task), 403);
    refused(ada, Assistant.delegation("logs-reader", "nobody", task), 403);
    refused(ada, Assistant.delegation("stock-emergency", Assistant.NAME, task), 403);
    refused(
        ada,
        """
        {"roles": ["logs-reader"], "reason": "x", "agent": "support-assistant", "task": "t",
         "for": "%s"}
        """
            .formatted(Assistant.NAME),
        403);
  }

  @Test
  void requestNamesAgentAndTask_orNeither() {
    refused(ada, "{\"roles\": [\"logs-reader\"], \"reason\": \"x\", \"agent\": \"a\"}", 400);
    refused(ada, "{\"roles\": [\"logs-reader\"], \"reason\": \"x\", \"task\": \"a\"}", 400);
    refused(ada, Assistant.delegation("logs-reader", "support-assistant", "two words"), 400);
    refused(ada, Assistant.delegation("logs-reader", "support-assistant", "x".repeat(129)), 400);
    refused(
        ada, Assistant.delegation("logs-reader\", \"orders-admin", "support-assistant", task), 400);
  }

  /** It would say the person's name and no other: not who acts for whom. */
  @Test
  void agentIsGivenNoX509Certificate() {
    given()
        .contentType("application/json")
        .body(
            new io.vertx.core.json.JsonObject()
                .put("grant_type", "client_credentials")
                .put(
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                .put("client_assertion", Shop.ASSISTANT.assertion())
                .put("role", "logs-reader")
                .put("grant", Assistant.logs(ada, task))
                .put("csr", CSR)
                .encode())
        .post("/v1/certificates/x509")
        .then()
        .statusCode(403)
        .body("type", equalTo("https://mayfly.dev/problems/agent-certificate"));
  }

  private static void refused(Member person, String body, int status) {
    person.post("/v1/grants", body).then().statusCode(status);
  }
}
