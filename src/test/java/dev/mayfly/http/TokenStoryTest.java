package dev.mayfly.http;

import static dev.mayfly.http.Shop.CHECKOUT;
import static dev.mayfly.http.Shop.NIGHTLY_REPORT;
import static dev.mayfly.http.Shop.OPERATOR;
import static dev.mayfly.http.Shop.ORDERS;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The main job at the wire: prove, get a token, have it verified, see it taken back. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class TokenStoryTest {

  @Test
  void workloadGetsAToken_thatVerifiesOffline() {
    Response answer = CHECKOUT.token(Map.of("scope", "orders:read", "ttl", "2m"));
    answer
        .then()
        .statusCode(200)
        .contentType(ContentType.JSON)
        .header("Cache-Control", "no-store")
        .body("token_type", equalTo("Bearer"))
        .body("expires_in", equalTo(120))
        .body("scope", equalTo("orders:read"))
        .body("resource", contains(Shop.ORDERS_AUDIENCE))
        .body("role", equalTo("orders-writer"))
        .body("grant", notNullValue());
    String token = answer.path("access_token");
    assertThat(Tokens.verifies(token)).isTrue();
    assertThat(Tokens.parse(token).getHeader().getType().getType()).isEqualTo("at+jwt");
    assertThat(Tokens.claims(token))
        .containsEntry("iss", Shop.ISSUER)
        .containsEntry("sub", CHECKOUT.spiffeId())
        .containsEntry("client_id", CHECKOUT.spiffeId())
        .containsEntry("scope", "orders:read")
        .containsEntry("grant", answer.path("grant"))
        .containsKeys("aud", "iat", "exp", "jti", "status");
  }

  @Test
  void pipelineGetsAToken_becauseItsIssuerVouches() {
    String assertion = Shop.pipelineProof().signed(Shop.CI.key());
    String token =
        Shop.federatedToken(assertion).then().statusCode(200).extract().path("access_token");
    assertThat(Tokens.claims(token)).containsEntry("sub", Shop.PIPELINE);
    assertThat(Tokens.parse(token).getHeader().getAlgorithm().getName()).isEqualTo("RS256");
    assertThat(Tokens.verifies(token)).isTrue();
  }

  @Test
  void ed25519TokenVerifies_whenTheRoleWantsIt() {
    assertThat(Tokens.verifies(ORDERS.freshToken())).isTrue();
  }

  @Test
  void sameIdempotencyKeyYieldsTheSameCredential() {
    String key = UUID.randomUUID().toString();
    String first = tokenUnder(key).path("access_token");
    String second = tokenUnder(key).path("access_token");
    assertThat(Tokens.claims(second).get("jti")).isEqualTo(Tokens.claims(first).get("jti"));
  }

  private static Response tokenUnder(String key) {
    return Shop.form(CHECKOUT.assertion())
        .header("Idempotency-Key", key)
        .formParam("grant_type", "client_credentials")
        .post("/oauth/token")
        .then()
        .statusCode(200)
        .extract()
        .response();
  }

  @Test
  void onlyTheServedAudienceLearnsOfAToken() {
    String token = CHECKOUT.freshToken();
    ORDERS
        .introspect(token)
        .then()
        .statusCode(200)
        .header("Cache-Control", "no-store")
        .body("active", equalTo(true))
        .body("sub", equalTo(CHECKOUT.spiffeId()));
    assertThat(NIGHTLY_REPORT.introspect(token).asString()).isEqualTo("{\"active\":false}");
    assertThat(ORDERS.introspect("not.a.token").asString()).isEqualTo("{\"active\":false}");
  }

  /** Rule 6 and RFC 7009: inactive at once, and INVALID on the list that everybody reads. */
  @Test
  void ownerGivesATokenBack_andEverybodyLearns() {
    String token = CHECKOUT.freshToken();
    String path = Tokens.listPath(token);
    Response before = given().get(path);
    before.then().statusCode(200).contentType("application/statuslist+jwt");
    assertThat(Tokens.status(before, token)).isZero();

    CHECKOUT.revoke(token).then().statusCode(200);

    assertThat(ORDERS.introspect(token).asString()).isEqualTo("{\"active\":false}");
    Response after = listAfter(path, before.header("ETag"));
    assertThat(Tokens.status(after, token)).isEqualTo(1);
    assertThat(Tokens.verifies(after.asString())).isTrue();
  }

  /** Waits for the news as a relying service does, not by sleeping. */
  private static Response listAfter(String path, String etag) {
    return given()
        .header("If-None-Match", etag)
        .header("Prefer", "wait=10")
        .get(path)
        .then()
        .statusCode(200)
        .extract()
        .response();
  }

  @Test
  void strangersTokenIsLeftAlone_andTheAnswerIsTheSame() {
    String token = CHECKOUT.freshToken();
    NIGHTLY_REPORT.revoke(token).then().statusCode(200);
    NIGHTLY_REPORT.revoke("unknown").then().statusCode(200);
    ORDERS.introspect(token).then().body("active", equalTo(true));
  }

  @Test
  void operatorRevokesAGrant_andSeesHowFarTheNewsIs() {
    String token = NIGHTLY_REPORT.freshToken();
    String grant = (String) Tokens.claims(token).get("grant");
    Response revoked =
        Shop.operator()
            .contentType(ContentType.JSON)
            .body(Map.of("scope", "grant", "target", grant, "reason", "a drill"))
            .post("/v1/revocations");
    revoked
        .then()
        .statusCode(201)
        .body("scope", equalTo("grant"))
        .body("target", equalTo(grant))
        .body("by", equalTo(OPERATOR.spiffeId()));
    String id = revoked.path("id");
    Shop.operator().get("/v1/revocations/" + id).then().statusCode(200).body("id", equalTo(id));
    Shop.operator().get("/v1/grants/" + grant).then().body("state", equalTo("REVOKED"));
    String credential = (String) Tokens.claims(token).get("jti");
    Shop.operator()
        .get("/v1/credentials/" + credential)
        .then()
        .statusCode(200)
        .body("state", equalTo("REVOKED"))
        .body("identity", equalTo(NIGHTLY_REPORT.spiffeId()));
    Shop.operator()
        .queryParam("grant", grant)
        .get("/v1/audit")
        .then()
        .body("items.action", hasItem("grant.revoke"));
  }

  @Test
  void operatorsTokenOpensNothing_onceItIsRevoked() {
    String token = OPERATOR.freshToken();
    given().auth().oauth2(token).get("/v1/info").then().statusCode(200);
    OPERATOR.revoke(token).then().statusCode(200);
    Response answer = given().auth().oauth2(token).get("/v1/info");
    answer.then().statusCode(401);
    assertThat(answer.getHeaders().getValues("WWW-Authenticate"))
        .contains("Bearer realm=\"mayfly\", error=\"invalid_token\"");
  }

  @Test
  void listingsComeInPages() throws IOException {
    CHECKOUT.freshToken();
    ORDERS.freshToken();
    Response first = Shop.operator().queryParam("limit", 1).get("/v1/identities");
    first.then().statusCode(200).body("items.size()", equalTo(1)).body("next", notNullValue());
    Response second =
        Shop.operator()
            .queryParam("limit", 1)
            .queryParam("after", first.<String>path("next"))
            .get("/v1/identities");
    assertThat(second.<String>path("items[0].id")).isNotEqualTo(first.path("items[0].id"));
    List<String> events = Shop.operator().queryParam("limit", 2).get("/v1/audit").path("items.id");
    assertThat(events).hasSize(2).doesNotHaveDuplicates();
    Shop.operator()
        .queryParam("identity", CHECKOUT.spiffeId())
        .queryParam("state", "ACTIVE")
        .get("/v1/grants")
        .then()
        .body("items.role", contains("orders-writer"));
    Shop.operator().get("/v1/keys").then().body("items.state", hasItem("ACTIVE"));
    String revision = "revision: " + Shop.operator().get("/v1/policy").path("version");
    assertThat(Files.readAllLines(Path.of("keys-dev/policy.yaml"))).contains(revision);
  }

  /** Section 7: one word finds all that a request did. */
  @Test
  void requestIdStandsInTheAudit() {
    String requestId = "story-" + UUID.randomUUID();
    String token =
        Shop.form(CHECKOUT.assertion())
            .header("X-Request-Id", requestId)
            .formParam("grant_type", "client_credentials")
            .post("/oauth/token")
            .then()
            .statusCode(200)
            .header("X-Request-Id", equalTo(requestId))
            .extract()
            .path("access_token");
    Shop.operator()
        .queryParam("subject", "credential:" + Tokens.claims(token).get("jti"))
        .get("/v1/audit")
        .then()
        .body("items.action", contains("credential.mint"))
        .body("items.request_id", contains(requestId))
        .body("items.actor", contains(CHECKOUT.spiffeId()));
  }
}
