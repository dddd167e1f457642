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
import io.restassured.response.Response;
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

  private static final String CSR =
      """
      -----BEGIN CERTIFICATE REQUEST-----
      MIG7MGICAQAwADBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABBKVoftUJiG/F+CD
      4RpkdU/atSBpoRGTuvjS+1EoWzjUK1owQ+Cs8/RP3vDuK50UIU/BEkotyK7PjvHi
      bnGMqh+gADAKBggqhkjOPQQDAgNJADBGAiEA9NazuLrpxs954xYOghZ0cVWfuvsP
      RY93zBPaiNBVpMYCIQDJAvAtDYqiN6+1FgaujqpxgGYl7kyPYqDbfMm+9iyF2Q==
      -----END CERTIFICATE REQUEST-----
      """;

  private static final String ASSISTANT = Shop.ASSISTANT.spiffeId();

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
            .body("items[0].identity", equalTo(ASSISTANT))
            .body("items[0].acts_for", equalTo(ada.name()))
            .body("items[0].task", equalTo(task))
            .extract()
            .path("items[0].id");
    refusedToMint(token("orders-admin", Map.of("grant", id)));
    grace
        .get("/v1/grants/to-decide")
        .then()
        .statusCode(200)
        .body("items.find { it.grant.id == '" + id + "' }.grant.acts_for", equalTo(ada.name()));
    grace.post("/v1/grants/" + id + "/approve", "{}").then().statusCode(200);
    refusedToMint(token("orders-admin", Map.of("grant", id)));
    ada.post("/v1/grants/" + id + "/activate", "{}").then().statusCode(200);

    String token = fresh("orders-admin", id);

    JWTClaimsSet claims = thirdParty(token);
    assertThat(claims.getSubject()).isEqualTo(ada.name());
    assertThat(claims.getJSONObjectClaim("act")).isEqualTo(Map.of("sub", ASSISTANT));
    assertThat(claims.getStringClaim("client_id")).isEqualTo(ASSISTANT);
    assertThat(claims.getStringClaim("task")).isEqualTo(task);
    assertThat(claims.getStringClaim("grant")).isEqualTo(id);
    Shop.ORDERS
        .introspect(token)
        .then()
        .statusCode(200)
        .body("active", equalTo(true))
        .body("sub", equalTo(ada.name()))
        .body("act.sub", equalTo(ASSISTANT))
        .body("task", equalTo(task));
    ada.get("/v1/grants").then().body("items.id", hasItem(id));
    ada.get("/v1/grants/" + id + "/history")
        .then()
        .statusCode(200)
        .body("items.find { it.action == 'credential.mint' }.actor", equalTo(ASSISTANT))
        .body("items.find { it.action == 'credential.mint' }.detail.actsFor", equalTo(ada.name()))
        .body("items.find { it.action == 'grant.activate' }.actor", equalTo(ada.name()))
        .body("items.find { it.action == 'grant.activate' }.detail.task", equalTo(task));
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
                .put("grant", logs(ada))
                .put("csr", CSR)
                .encode())
        .post("/v1/certificates/x509")
        .then()
        .statusCode(403)
        .body("type", equalTo("https://mayfly.dev/problems/agent-certificate"));
  }

  @Test
  void sameKeyAgainGivesTheSameToken_withTheSameActor() {
    String id = logs(ada);
    String key = UUID.randomUUID().toString();
    Map<String, Object> first = Tokens.claims(idempotent(id, key));
    Map<String, Object> again = Tokens.claims(idempotent(id, key));
    assertThat(again).isEqualTo(first).containsEntry("task", task);
  }

  @Test
  void everyTokenOfTheAgentIsListed_whenThePersonsSessionEnds() {
    String id = logs(ada);
    String token = fresh("logs-reader", id);
    operatorRevokes("grant", ada.session().toString());
    refusedToMint(token("logs-reader", Map.of("grant", id)));
    isListed(token);
  }

  @Test
  void everyTokenOfTheAgentIsListed_whenThePersonIsSuspended() {
    String id = logs(ada);
    String token = fresh("logs-reader", id);
    String own = ada.post("/v1/grants/ensure", plainLogs()).then().extract().path("identity_id");
    operatorRevokes("identity", own);
    Shop.operator().get("/v1/grants/" + id).then().body("state", equalTo("REVOKED"));
    isListed(token);
    assertThat(token("logs-reader", Map.of("grant", id)).statusCode()).isEqualTo(400);
  }

  @Test
  void partEndsWithThePersonsOwnGrant() {
    String own = ada.post("/v1/grants/ensure", plainLogs()).then().extract().path("id");
    String part = logs(ada);
    ada.get("/v1/grants/" + part).then().body("part_of", equalTo(own));
    String token = fresh("logs-reader", part);
    ada.post("/v1/grants/" + own + "/end", "{}").then().statusCode(200);
    refusedToMint(token("logs-reader", Map.of("grant", part)));
    isListed(token);
  }

  @Test
  void grantEndsAtTheNextMint_whenThePersonMayNoLongerHaveTheRole() {
    String id = logs(ada);
    fresh("logs-reader", id);
    staff.regroup(ada, "marketing");
    refusedToMint(token("logs-reader", Map.of("grant", id)));
    Shop.operator()
        .get("/v1/grants/" + id)
        .then()
        .body("state", equalTo("REVOKED"))
        .body("cause", equalTo("no longer eligible"));
  }

  @Test
  void agentIsTakenBackByItself_andThePersonGoesOn() {
    Member other = staff.member("eve-" + task, "engineering");
    String token = fresh("logs-reader", logs(other));
    other.post("/v1/grants/ensure", plainLogs()).then().statusCode(200);
    String credential = (String) Tokens.claims(token).get("jti");
    operatorRevokes("credential", credential);
    isListed(token);
    other.exchange("logs-reader", Map.of()).then().statusCode(200);
  }

  @Test
  void tokenIsNarrowerThanTheGrant_neverWider() {
    String id = logs(ada);
    token("logs-reader", Map.of("grant", id, "scope", "orders:write"))
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_scope"));
    token("logs-reader", Map.of("grant", id, "ttl", "30s"))
        .then()
        .statusCode(200)
        .body("expires_in", equalTo(30));
  }

  @Test
  void agentIsToldToNameTheGrant_whenItActsForTwo() {
    String adas = logs(ada);
    logs(grace);
    token("logs-reader", Map.of()).then().statusCode(400).body("error", equalTo("invalid_request"));
    assertThat(Tokens.claims(fresh("logs-reader", adas))).containsEntry("sub", ada.name());
    token("logs-reader", Map.of("grant", "nonsense")).then().statusCode(400);
  }

  @Test
  void agentGetsNothingByItself() {
    Shop.ASSISTANT.token().then().statusCode(400).body("error", equalTo("invalid_request"));
    refusedToMint(token("orders-writer", Map.of()));
    String grants = UUID.randomUUID().toString();
    refusedToMint(token("logs-reader", Map.of("grant", grants)));
  }

  /** Another agent's, a workload's or a person's grant is nothing that a caller may name. */
  @Test
  void agentActsUnderItsOwnGrantsOnly() {
    String own = ada.post("/v1/grants/ensure", plainLogs()).then().extract().path("id");
    refusedToMint(token("logs-reader", Map.of("grant", own)));
    String id = logs(ada);
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
    String id = logs(ada);
    String token = fresh("logs-reader", id);
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
        .body(delegation("logs-reader", ASSISTANT, task))
        .post("/v1/grants")
        .then()
        .statusCode(401);
  }

  /** RFC 8693 2.2.2: neither its own token nor a person's is a subject token in its hands. */
  @Test
  void agentExchangesNothing() {
    String token = fresh("logs-reader", logs(ada));
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
        .body(delegation("logs-reader", ASSISTANT, task))
        .post("/v1/grants")
        .then()
        .statusCode(401);
  }

  @Test
  void agentActsForPeopleOnly() {
    refused(ada, delegation("logs-reader", Shop.CHECKOUT.spiffeId(), task), 403);
    refused(ada, delegation("logs-reader", "nobody", task), 403);
    refused(ada, delegation("stock-emergency", ASSISTANT, task), 403);
    refused(
        ada,
        """
        {"roles": ["logs-reader"], "reason": "x", "agent": "support-assistant", "task": "t",
         "for": "%s"}
        """
            .formatted(ASSISTANT),
        403);
  }

  @Test
  void requestNamesAgentAndTask_orNeither() {
    refused(ada, "{\"roles\": [\"logs-reader\"], \"reason\": \"x\", \"agent\": \"a\"}", 400);
    refused(ada, "{\"roles\": [\"logs-reader\"], \"reason\": \"x\", \"task\": \"a\"}", 400);
    refused(ada, delegation("logs-reader", "support-assistant", "two words"), 400);
    refused(ada, delegation("logs-reader", "support-assistant", "x".repeat(129)), 400);
    refused(ada, delegation("logs-reader\", \"orders-admin", "support-assistant", task), 400);
  }

  @Test
  void strangerSeesNothingOfIt() {
    String id = logs(ada);
    Member other = staff.member("other-" + task, "engineering");
    other.get("/v1/grants/" + id).then().statusCode(404);
    other.post("/v1/grants/" + id + "/end", "{}").then().statusCode(404);
    other.get("/v1/grants").then().body("items.id", not(hasItem(id)));
  }

  @Test
  void tokenIsBoundToTheAgentsKey_whenItShowsOne() {
    String id = logs(ada);
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

  /** The agent acts for this person under logs-reader: nobody needs to decide. */
  private String logs(Member person) {
    return person
        .post("/v1/grants/ensure", delegation("logs-reader", "support-assistant", task))
        .then()
        .statusCode(200)
        .body("state", equalTo("ACTIVE"))
        .extract()
        .path("id");
  }

  private String mend() {
    return """
    {"roles": ["orders-admin"], "duration": "30m", "reason": "order 4711 is stuck",
     "inputs": {"order": "4711", "region": "eu"}, "agent": "%s", "task": "%s"}
    """
        .formatted(ASSISTANT, task);
  }

  private static String plainLogs() {
    return "{\"roles\": [\"logs-reader\"], \"reason\": \"looking for the cause\"}";
  }

  private static String delegation(String role, String agent, String task) {
    return """
    {"roles": ["%s"], "reason": "looking for the cause", "agent": "%s", "task": "%s"}
    """
        .formatted(role, agent, task);
  }

  private static Response token(String role, Map<String, String> more) {
    Map<String, String> form = new java.util.HashMap<>(more);
    form.put("role", role);
    return Shop.ASSISTANT.token(form);
  }

  private static String fresh(String role, String grant) {
    return token(role, Map.of("grant", grant))
        .then()
        .statusCode(200)
        .extract()
        .path("access_token");
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

  private static void refusedToMint(Response answer) {
    answer.then().statusCode(400).body("error", equalTo("unauthorized_client"));
  }

  private static void refused(Member person, String body, int status) {
    person.post("/v1/grants", body).then().statusCode(status);
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
