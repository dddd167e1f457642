package dev.mayfly.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.empty;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.not;

import dev.mayfly.http.Staff.Member;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ask, be approved by somebody else, use it, and it ends: over the wire, with the shop's policy.
 */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class ElevationStoryTest {

  private static final String MEND =
      """
      {"roles": ["orders-admin"], "duration": "30m", "reason": "order 4711 is stuck",
       "inputs": {"order": "4711", "region": "eu"}}
      """;

  @Inject Staff staff;

  private Member ada;
  private Member grace;

  @BeforeEach
  void login() {
    String suffix = UUID.randomUUID().toString().substring(0, 8);
    ada = staff.member("ada-" + suffix, "engineering");
    grace = staff.member("grace-" + suffix, "engineering", "sre");
  }

  @Test
  void inboxComesInPages_whenMoreWaitThanWereAskedFor() {
    List<String> asked = List.of(request(MEND), request(MEND));
    List<String> seen = new ArrayList<>();
    String after = "";
    do {
      var page = grace.get("/v1/grants/to-decide?limit=1" + after).then().statusCode(200);
      seen.addAll(
          page.body("items", hasSize(lessThanOrEqualTo(1))).extract().path("items.grant.id"));
      String next = page.extract().path("next");
      after = next == null ? "" : "&after=" + next;
    } while (!after.isEmpty());
    assertThat(seen).containsAll(asked).doesNotHaveDuplicates();
    grace.get("/v1/grants/to-decide?limit=201").then().statusCode(400);
    grace.get("/v1/grants/to-decide?after=x").then().statusCode(400);
  }

  /** Whoever is not asked does not learn from a refusal that there is a request. */
  @Test
  void requestIsNotThere_forWhoIsNotAskedToDecide() {
    String id = request(MEND);
    Member stranger =
        staff.member("mallory-" + UUID.randomUUID().toString().substring(0, 8), "engineering");
    for (String act : List.of("approve", "deny", "end", "activate", "cancel")) {
      stranger
          .post("/v1/grants/" + id + "/" + act, "{}")
          .then()
          .statusCode(404)
          .body("type", equalTo("https://mayfly.dev/problems/not-found"));
    }
    ada.post("/v1/grants/" + id + "/approve", "{}").then().statusCode(403);
  }

  /** Rule 1: before its grant is live, and after, there is no credential. */
  @Test
  void elevationIsAskedApprovedUsedAndEnded() {
    String id = request(MEND);
    ada.exchange("orders-admin", Map.of()).then().statusCode(400);
    grace
        .get("/v1/grants/to-decide")
        .then()
        .statusCode(200)
        .body("items.grant.id", hasItem(id))
        .body("items.find { it.grant.id == '" + id + "' }.grant.inputs.order", equalTo("4711"));
    grace
        .post("/v1/grants/" + id + "/approve", "{\"reason\": \"go ahead\"}")
        .then()
        .statusCode(200)
        .body("state", equalTo("APPROVED"));
    ada.post("/v1/grants/" + id + "/activate", "{}")
        .then()
        .statusCode(200)
        .body("state", equalTo("ACTIVE"));
    String token =
        ada.exchange("orders-admin", Map.of())
            .then()
            .statusCode(200)
            .body("token_type", equalTo("DPoP"))
            .body("grant", equalTo(id))
            .body("issued_token_type", equalTo("urn:ietf:params:oauth:token-type:access_token"))
            .extract()
            .path("access_token");
    assertThat(Tokens.claims(token))
        .containsEntry("sub", ada.name())
        .containsEntry("grant", id)
        .containsEntry("cnf", Map.of("jkt", ada.key().jkt()));
    ada.post("/v1/grants/" + id + "/end", "{}")
        .then()
        .statusCode(200)
        .body("state", equalTo("RELEASED"));
    ada.exchange("orders-admin", Map.of())
        .then()
        .statusCode(400)
        .body("error", equalTo("unauthorized_client"));
    ada.get("/v1/grants/" + id + "/history")
        .then()
        .statusCode(200)
        .body(
            "items.action",
            hasItems(
                "grant.request",
                "grant.agree",
                "grant.approve",
                "grant.activate",
                "credential.mint",
                "grant.release"));
  }

  @Test
  void nobodyApprovesForThemselves() {
    String id = grace.post("/v1/grants", MEND).then().statusCode(201).extract().path("items[0].id");
    grace.post("/v1/grants/" + id + "/approve", "{}").then().statusCode(403);
    grace.get("/v1/grants/to-decide").then().body("items.grant.id", not(hasItem(id)));
  }

  @Test
  void workloadApprovesNothing() {
    String id = request(MEND);
    Shop.operator()
        .contentType("application/json")
        .body("{}")
        .post("/v1/grants/" + id + "/approve")
        .then()
        .statusCode(403);
  }

  @Test
  void requestIsCancelled_untilItHasBegun() {
    String id = request(MEND);
    ada.post("/v1/grants/" + id + "/cancel", "{\"reason\": \"not needed\"}")
        .then()
        .statusCode(200)
        .body("state", equalTo("CANCELLED"));
    String live =
        ada.post(
                "/v1/grants/ensure",
                "{\"roles\": [\"logs-reader\"], \"reason\": \"looking for the cause\"}")
            .then()
            .statusCode(200)
            .extract()
            .path("id");
    ada.post("/v1/grants/" + live + "/cancel", "{}").then().statusCode(409);
    ada.get("/v1/grants/" + live).then().body("state", equalTo("ACTIVE"));
  }

  @Test
  void strangerSeesNothing_ofWhatOthersAsk() {
    String id = request(MEND);
    Member other = staff.member("other-" + UUID.randomUUID(), "engineering");
    other.get("/v1/grants/" + id).then().statusCode(404);
    other.post("/v1/grants/" + id + "/end", "{}").then().statusCode(404);
    other.get("/v1/grants").then().statusCode(200).body("items.id", not(hasItem(id)));
  }

  @Test
  void catalogHoldsOnlyWhatOneMayRequest() {
    ada.get("/v1/roles")
        .then()
        .statusCode(200)
        .body("items.role", hasItems("orders-admin", "logs-reader"))
        .body("items.role", not(hasItem("orders-writer")));
    Member joan = staff.member("joan-" + UUID.randomUUID(), "auditors");
    joan.get("/v1/roles").then().statusCode(200).body("items", empty());
    joan.post("/v1/grants", MEND).then().statusCode(403);
  }

  @Test
  void dryRunWritesNothing_andSaysWhatWouldBe() {
    ada.at("POST", "/v1/grants")
        .queryParam("dry_run", true)
        .body(MEND)
        .post("/v1/grants")
        .then()
        .statusCode(200)
        .body("items", hasSize(1))
        .body("items[0].outcome", equalTo("decision-needed"))
        .body("items[0].approval", hasItem("1 of sre"));
    ada.get("/v1/grants").then().body("items.role", not(hasItem("orders-admin")));
  }

  @Test
  void ensureGivesAUsableGrantAtOnce_whenTheRoleApprovesByItself() {
    String logs =
        """
        {"roles": ["logs-reader"], "duration": "1h", "reason": "looking for the cause"}
        """;
    String id =
        ada.post("/v1/grants/ensure", logs)
            .then()
            .statusCode(200)
            .body("state", equalTo("ACTIVE"))
            .extract()
            .path("id");
    ada.post("/v1/grants/ensure", logs).then().statusCode(200).body("id", equalTo(id));
    ada.exchange("logs-reader", Map.of()).then().statusCode(200);
  }

  @Test
  void breakGlassIsMeantTwice() {
    String glass =
        """
        {"roles": ["stock-emergency"], "reason": "nothing ships", "break_glass": true%s}
        """;
    ada.post("/v1/grants", glass.formatted("")).then().statusCode(409);
    ada.post("/v1/grants", glass.formatted(", \"confirm\": true"))
        .then()
        .statusCode(201)
        .body("items[0].state", equalTo("ACTIVE"));
    ada.exchange("stock-emergency", Map.of()).then().statusCode(200);
  }

  @Test
  void stolenSessionTokenIsWorthNothing_withoutItsKey() {
    ada.post(
            "/v1/grants/ensure",
            "{\"roles\": [\"logs-reader\"], \"reason\": \"looking for the cause\"}")
        .then()
        .statusCode(200);
    ada.exchange("logs-reader", new Holder(), Map.of())
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_grant"));
  }

  @Test
  void exchangeIsNarrowerThanTheGrant_neverWider() {
    ada.post(
            "/v1/grants/ensure",
            "{\"roles\": [\"logs-reader\"], \"reason\": \"looking for the cause\"}")
        .then()
        .statusCode(200);
    ada.exchange("logs-reader", Map.of("scope", "orders:write"))
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_scope"));
    ada.exchange("logs-reader", Map.of("resource", "https://orders.shop.test"))
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_target"));
  }

  @Test
  void ensureIsForOneself() {
    ada.post(
            "/v1/grants/ensure",
            "{\"roles\": [\"logs-reader\"], \"reason\": \"x\", \"for\": \"%s\"}"
                .formatted(grace.name()))
        .then()
        .statusCode(400);
  }

  /** An extension rests on what it extends: both are the person's, and both end. */
  @Test
  void personIsSuspended_withAGrantThatRestsOnAnother() {
    String logs = "{\"roles\": [\"logs-reader\"], \"duration\": \"30m\", \"reason\": \"x\"}";
    String id = ada.post("/v1/grants/ensure", logs).then().statusCode(200).extract().path("id");
    String more =
        ada.post("/v1/grants/" + id + "/extend", "{\"duration\": \"30m\", \"reason\": \"x\"}")
            .then()
            .statusCode(200)
            .body("state", equalTo("ACTIVE"))
            .extract()
            .path("id");
    String person = ada.get("/v1/grants/" + id).then().extract().path("identity_id");
    Shop.operator()
        .contentType("application/json")
        .body(
            "{\"scope\": \"identity\", \"target\": \"%s\", \"reason\": \"left\"}".formatted(person))
        .post("/v1/revocations")
        .then()
        .statusCode(201);
    Shop.operator().get("/v1/grants/" + id).then().body("state", equalTo("REVOKED"));
    Shop.operator().get("/v1/grants/" + more).then().body("state", equalTo("REVOKED"));
    ada.get("/v1/grants").then().statusCode(401);
  }

  @Test
  void malformedRequestIsNamed() {
    ada.post("/v1/grants", "{\"roles\": [\"logs-reader\"]}").then().statusCode(400);
    ada.post("/v1/grants", "{\"roles\": \"logs-reader\", \"reason\": \"x\"}")
        .then()
        .statusCode(400);
    ada.post("/v1/grants", "{\"roles\": [\"logs-reader\"], \"reason\": \"x\", \"surprise\": 1}")
        .then()
        .statusCode(400);
    ada.post("/v1/grants", "[]").then().statusCode(400);
    ada.post(
            "/v1/grants",
            "{\"roles\": [\"orders-admin\"], \"reason\": \"x\", \"inputs\": {\"order\": \"abc\", \"region\": \"eu\"}}")
        .then()
        .statusCode(400);
  }

  private String request(String body) {
    return ada.post("/v1/grants", body)
        .then()
        .statusCode(201)
        .body("items[0].state", equalTo("REQUESTED"))
        .extract()
        .path("items[0].id");
  }
}
