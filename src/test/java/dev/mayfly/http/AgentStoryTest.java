package dev.mayfly.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import dev.mayfly.http.Staff.Member;
import dev.mayfly.story.Eventually;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The shop's assistant acts for the engineer who asked it to: over the wire, bounded by her, and
 * gone when she is.
 */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class AgentStoryTest {

  @Inject Staff staff;

  private Member ada;
  private Member grace;
  private String task;

  @BeforeEach
  void login() {
    String suffix = UUID.randomUUID().toString().substring(0, 8);
    ada = staff.member("ada-" + suffix, "engineering");
    grace = staff.member("grace-" + suffix, "engineering", "sre");
    task = "ticket-" + suffix;
  }

  /** Rule 1, and RFC 8693 4.1 as a third party reads it. */
  @Test
  void agentActsForWhoAskedIt_whenSomebodyElseApproved() throws Exception {
    String id =
        ada.post("/v1/grants", mend())
            .then()
            .statusCode(201)
            .body("items[0].state", equalTo("REQUESTED"))
            .body("items[0].identity", equalTo(Assistant.NAME))
            .body("items[0].acts_for", equalTo(ada.name()))
            .body("items[0].task", equalTo(task))
            .extract()
            .path("items[0].id");
    Assistant.refusedToMint(Assistant.token("orders-admin", Map.of("grant", id)));
    grace
        .get("/v1/grants/to-decide")
        .then()
        .statusCode(200)
        .body("items.find { it.grant.id == '" + id + "' }.grant.acts_for", equalTo(ada.name()));
    grace.post("/v1/grants/" + id + "/approve", "{}").then().statusCode(200);
    Assistant.refusedToMint(Assistant.token("orders-admin", Map.of("grant", id)));
    ada.post("/v1/grants/" + id + "/activate", "{}").then().statusCode(200);

    String token = Assistant.fresh("orders-admin", id);

    JWTClaimsSet claims = thirdParty(token);
    assertThat(claims.getSubject()).isEqualTo(ada.name());
    assertThat(claims.getJSONObjectClaim("act")).isEqualTo(Map.of("sub", Assistant.NAME));
    assertThat(claims.getStringClaim("client_id")).isEqualTo(Assistant.NAME);
    assertThat(claims.getStringClaim("task")).isEqualTo(task);
    assertThat(claims.getStringClaim("grant")).isEqualTo(id);
    Shop.ORDERS
        .introspect(token)
        .then()
        .statusCode(200)
        .body("active", equalTo(true))
        .body("sub", equalTo(ada.name()))
        .body("act.sub", equalTo(Assistant.NAME))
        .body("task", equalTo(task));
    ada.get("/v1/grants").then().body("items.id", hasItem(id));
    ada.get("/v1/grants/" + id + "/history")
        .then()
        .statusCode(200)
        .body("items.find { it.action == 'credential.mint' }.actor", equalTo(Assistant.NAME))
        .body("items.find { it.action == 'credential.mint' }.detail.actsFor", equalTo(ada.name()))
        .body("items.find { it.action == 'grant.activate' }.actor", equalTo(ada.name()))
        .body("items.find { it.action == 'grant.activate' }.detail.task", equalTo(task));
  }

  @Test
  void sameKeyAgainGivesTheSameToken_withTheSameActor() {
    String id = Assistant.logs(ada, task);
    String key = UUID.randomUUID().toString();
    Map<String, Object> first = Tokens.claims(idempotent(id, key));
    Map<String, Object> again = Tokens.claims(idempotent(id, key));
    assertThat(again).isEqualTo(first).containsEntry("task", task);
  }

  @Test
  void everyTokenOfTheAgentIsListed_whenThePersonsSessionEnds() {
    String id = Assistant.logs(ada, task);
    String token = Assistant.fresh("logs-reader", id);
    operatorRevokes("grant", ada.session().toString());
    Assistant.refusedToMint(Assistant.token("logs-reader", Map.of("grant", id)));
    isListed(token);
  }

  @Test
  void everyTokenOfTheAgentIsListed_whenThePersonIsSuspended() {
    String id = Assistant.logs(ada, task);
    String token = Assistant.fresh("logs-reader", id);
    String own =
        ada.post("/v1/grants/ensure", Assistant.plainLogs()).then().extract().path("identity_id");
    operatorRevokes("identity", own);
    Shop.operator().get("/v1/grants/" + id).then().body("state", equalTo("REVOKED"));
    isListed(token);
    assertThat(Assistant.token("logs-reader", Map.of("grant", id)).statusCode()).isEqualTo(400);
  }

  @Test
  void partEndsWithThePersonsOwnGrant() {
    String own = ada.post("/v1/grants/ensure", Assistant.plainLogs()).then().extract().path("id");
    String part = Assistant.logs(ada, task);
    ada.get("/v1/grants/" + part).then().body("part_of", equalTo(own));
    String token = Assistant.fresh("logs-reader", part);
    ada.post("/v1/grants/" + own + "/end", "{}").then().statusCode(200);
    Assistant.refusedToMint(Assistant.token("logs-reader", Map.of("grant", part)));
    isListed(token);
  }

  @Test
  void grantEndsAtTheNextMint_whenThePersonMayNoLongerHaveTheRole() {
    String id = Assistant.logs(ada, task);
    Assistant.fresh("logs-reader", id);
    staff.regroup(ada, "marketing");
    Assistant.refusedToMint(Assistant.token("logs-reader", Map.of("grant", id)));
    Shop.operator()
        .get("/v1/grants/" + id)
        .then()
        .body("state", equalTo("REVOKED"))
        .body("cause", equalTo("no longer eligible"));
  }

  @Test
  void agentIsTakenBackByItself_andThePersonGoesOn() {
    Member other = staff.member("eve-" + task, "engineering");
    String token = Assistant.fresh("logs-reader", Assistant.logs(other, task));
    other.post("/v1/grants/ensure", Assistant.plainLogs()).then().statusCode(200);
    String credential = (String) Tokens.claims(token).get("jti");
    operatorRevokes("credential", credential);
    isListed(token);
    other.exchange("logs-reader", Map.of()).then().statusCode(200);
  }

  @Test
  void tokenIsNarrowerThanTheGrant_neverWider() {
    String id = Assistant.logs(ada, task);
    Assistant.token("logs-reader", Map.of("grant", id, "scope", "orders:write"))
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_scope"));
    Assistant.token("logs-reader", Map.of("grant", id, "ttl", "30s"))
        .then()
        .statusCode(200)
        .body("expires_in", equalTo(30));
  }

  @Test
  void agentIsToldToNameTheGrant_whenItActsForTwo() {
    String adas = Assistant.logs(ada, task);
    Assistant.logs(grace, task);
    Assistant.token("logs-reader", Map.of())
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_request"));
    assertThat(Tokens.claims(Assistant.fresh("logs-reader", adas)))
        .containsEntry("sub", ada.name());
    Assistant.token("logs-reader", Map.of("grant", "nonsense")).then().statusCode(400);
  }

  @Test
  void strangerSeesNothingOfIt() {
    String id = Assistant.logs(ada, task);
    Member other = staff.member("other-" + task, "engineering");
    other.get("/v1/grants/" + id).then().statusCode(404);
    other.post("/v1/grants/" + id + "/end", "{}").then().statusCode(404);
    other.get("/v1/grants").then().body("items.id", not(hasItem(id)));
  }

  @Test
  void tokenIsBoundToTheAgentsKey_whenItShowsOne() {
    String id = Assistant.logs(ada, task);
    Holder key = new Holder();
    String token =
        key.token(Shop.ASSISTANT, Map.of("role", "logs-reader", "grant", id))
            .then()
            .statusCode(200)
            .body("token_type", equalTo("DPoP"))
            .extract()
            .path("access_token");
    assertThat(Tokens.claims(token)).containsEntry("cnf", Map.of("jkt", key.jkt()));
  }

  private String mend() {
    return """
    {"roles": ["orders-admin"], "duration": "30m", "reason": "order 4711 is stuck",
     "inputs": {"order": "4711", "region": "eu"}, "agent": "%s", "task": "%s"}
    """
        .formatted(Assistant.NAME, task);
  }

  private static String idempotent(String grant, String key) {
    return Shop.form(Shop.ASSISTANT.assertion())
        .header("Idempotency-Key", key)
        .formParam("grant_type", "client_credentials")
        .formParam("role", "logs-reader")
        .formParam("grant", grant)
        .post("/oauth/token")
        .then()
        .statusCode(200)
        .extract()
        .path("access_token");
  }

  private static void operatorRevokes(String scope, String target) {
    Shop.operator()
        .contentType("application/json")
        .body(
            "{\"scope\": \"%s\", \"target\": \"%s\", \"reason\": \"over\"}"
                .formatted(scope, target))
        .post("/v1/revocations")
        .then()
        .statusCode(201);
  }

  private static void isListed(String token) {
    Eventually.within(
        Duration.ofSeconds(10),
        () -> Tokens.status(given().get(Tokens.listPath(token)), token) == 1);
  }

  /** A relying service with the strictest settings that its library has. */
  private static JWTClaimsSet thirdParty(String token) throws Exception {
    JWKSet published = JWKSet.parse(given().get("/.well-known/jwks.json").asString());
    DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
    processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("at+jwt")));
    processor.setJWSKeySelector(
        new JWSVerificationKeySelector<>(JWSAlgorithm.ES256, new ImmutableJWKSet<>(published)));
    processor.setJWTClaimsSetVerifier(
        new DefaultJWTClaimsVerifier<>(
            Shop.ORDERS_AUDIENCE,
            new JWTClaimsSet.Builder().issuer(Shop.ISSUER).build(),
            Set.of("sub", "act", "client_id", "task", "jti", "iat", "exp", "grant", "status")));
    return processor.process(token, null);
  }
}
