package dev.mayfly.http;

import static dev.mayfly.http.Shop.OPERATOR;
import static dev.mayfly.http.Shop.operator;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** An instance that has nothing to show is let in by an operator: join tokens at the wire. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class JoinTokenTest {

  private static final String TILL = "spiffe://shop.test/storefront/till";
  private static final String GRANT = "urn:mayfly:params:oauth:grant-type:join-token";

  private static Response make(Map<String, Object> wanted) {
    return operator().contentType(ContentType.JSON).body(wanted).post("/v1/join-tokens");
  }

  private static Response made() {
    return make(Map.of("identity", TILL, "attributes", Map.of("shop", "north-7"), "reason", "new"))
        .then()
        .statusCode(201)
        .header("Cache-Control", "no-store")
        .extract()
        .response();
  }

  private static RequestSpecification joining(String token) {
    return given()
        .formParam("grant_type", GRANT)
        .formParam("join_token", token)
        .formParam("role", "orders-reader");
  }

  private static Response join(String token) {
    return joining(token).post("/oauth/token");
  }

  private static void refused(Response answer) {
    answer.then().statusCode(400).body("error", equalTo("invalid_grant"));
    assertThat(answer.asString())
        .isEqualTo(
            "{\"error\":\"invalid_grant\",\"error_description\":\"the assertion was not accepted\"}");
  }

  @Test
  void instanceGetsAToken_once() {
    String token = made().path("join_token");
    String access = join(token).then().statusCode(200).extract().path("access_token");
    assertThat(Tokens.claims(access)).containsEntry("sub", TILL);
    assertThat(Tokens.verifies(access)).isTrue();
    refused(join(token));
    refused(join("nothing-of-ours"));
  }

  /** Its certificate or token ran out while it slept: it is the same identity again. */
  @Test
  void instanceComesBackByANewToken_asTheIdentityThatItWas() {
    join(made().path("join_token")).then().statusCode(200);
    String identity = identity();
    join(made().path("join_token")).then().statusCode(200);
    assertThat(identity()).isEqualTo(identity);
    assertThat(
            operator()
                .get("/v1/audit?identity=" + identity + "&action=identity.create")
                .<List<Object>>path("items"))
        .hasSize(1);
  }

  private static String identity() {
    return operator().get("/v1/identities?name=" + TILL).path("items[0].id");
  }

  /** What can be mended about a request does not cost the token. */
  @Test
  void tokenIsStillGood_whenTheRequestHadAMistake() {
    String token = made().path("join_token");
    joining(token).formParam("ttl", "soon").post("/oauth/token").then().statusCode(400);
    Holder holder = new Holder();
    joining(token)
        .header("DPoP", holder.signed(holder.mintProof().without("nonce")))
        .post("/oauth/token")
        .then()
        .statusCode(400)
        .body("error", equalTo("use_dpop_nonce"));
    joining(token).formParam("client_secret", "x").post("/oauth/token").then().statusCode(400);

    String access =
        joining(token)
            .header("DPoP", holder.signed(holder.mintProof()))
            .post("/oauth/token")
            .then()
            .statusCode(200)
            .extract()
            .path("access_token");
    assertThat(Tokens.claims(access)).containsEntry("cnf", Map.of("jkt", holder.jkt()));
  }

  /** As an assertion is: used up by a "no" of the policy, too. */
  @Test
  void tokenIsUsedUp_whenPolicyRefusesWhatItAsksFor() {
    String token = made().path("join_token");
    joining(token)
        .formParam("scope", "orders:write")
        .post("/oauth/token")
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_scope"));
    refused(join(token));
  }

  @Test
  void operatorSeesWhatBecameOfIt_andNeverTheTokenAgain() {
    Response made = made();
    String id = made.path("id");
    String token = made.path("join_token");
    join(token).then().statusCode(200);
    Response listed = operator().get("/v1/join-tokens?identity=" + TILL);
    listed
        .then()
        .statusCode(200)
        .body("items.find { it.id == '" + id + "' }.state", equalTo("USED"))
        .body("items.find { it.id == '" + id + "' }.attributes.shop", equalTo("north-7"))
        .body("items.find { it.id == '" + id + "' }.made_by", equalTo(OPERATOR.spiffeId()));
    assertThat(listed.asString()).doesNotContain(token);
    operator()
        .get("/v1/audit?subject=join-token:" + id)
        .then()
        .body("items.action", hasItem("join-token.create"))
        .body("items.action", hasItem("join-token.use"));
  }

  @Test
  void withdrawnTokenLetsNobodyIn() {
    Response made = made();
    String id = made.path("id");
    withdraw(id).then().statusCode(200).body("state", equalTo("WITHDRAWN"));
    refused(join(made.path("join_token")));
    withdraw(id).then().statusCode(409);
    withdraw(UUID.randomUUID().toString()).then().statusCode(404);
  }

  private static Response withdraw(String id) {
    return operator()
        .contentType(ContentType.JSON)
        .body(Map.of("reason", "wrong till"))
        .post("/v1/join-tokens/" + id + "/withdraw");
  }

  /** Who may take anything back must not for that be able to come in as any workload. */
  @Test
  void scopeToTakeBackDoesNotLetAnybodyIn() {
    String token =
        OPERATOR.token(Map.of("scope", "mayfly:read mayfly:revoke")).path("access_token");
    for (String path : List.of("/v1/join-tokens", "/v1/join-tokens/")) {
      given()
          .auth()
          .oauth2(token)
          .contentType(ContentType.JSON)
          .body(Map.of("identity", TILL))
          .post(path)
          .then()
          .statusCode(403)
          .body("join_token", nullValue());
    }
  }

  @Test
  void nonsenseMakesNoToken() {
    for (Map<String, Object> wrong :
        List.<Map<String, Object>>of(
            Map.of(),
            Map.of("identity", "spiffe://shop.test/storefront/checkout"),
            Map.of("identity", TILL, "ttl", "2h"),
            Map.of("identity", TILL, "ttl", "soon"),
            Map.of("identity", TILL, "attributes", Map.of("groups", "sre")),
            Map.of("identity", TILL, "more", "x"))) {
      make(wrong).then().statusCode(400);
    }
  }

  @Test
  void metadataNamesTheGrantType() {
    given()
        .get("/.well-known/oauth-authorization-server")
        .then()
        .body("grant_types_supported", hasItem(GRANT));
  }
}
