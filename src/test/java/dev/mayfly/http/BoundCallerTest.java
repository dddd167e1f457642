package dev.mayfly.http;

import static dev.mayfly.http.Shop.OPERATOR;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** DPoP at {@code /v1} (RFC 9449 7, 9): a bound token is worth nothing without its key. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class BoundCallerTest {

  private static final String ALGS = "algs=\"ES256 Ed25519 PS256 RS256\"";

  private final Holder holder = new Holder();

  @Test
  void holderOfTheKeyIsLetIn_withAProofForEachRequest() {
    String token = holder.freshToken(OPERATOR);
    Response info = holder.using(token, "GET", "/v1/info").get("/v1/info");
    info.then().statusCode(200);
    assertThat(info.getHeader("DPoP-Nonce")).isNotBlank();
    holder
        .using(token, "GET", "/v1/grants")
        .queryParam("limit", 1)
        .get("/v1/grants")
        .then()
        .statusCode(200);
    holder
        .using(token, "POST", "/v1/revocations")
        .contentType(ContentType.JSON)
        .body("{}")
        .post("/v1/revocations")
        .then()
        .statusCode(400);
  }

  @Test
  void boundTokenIsRefused_whenItIsShownAsABearerToken() {
    String token = holder.freshToken(OPERATOR);
    Response alone = given().auth().oauth2(token).get("/v1/info");
    assertRefused(alone, "invalid_token");
    Response withProof =
        given()
            .header("Authorization", "Bearer " + token)
            .header("DPoP", holder.signed(holder.useProof("GET", "/v1/info", token)))
            .get("/v1/info");
    assertRefused(withProof, "invalid_token");
  }

  @Test
  void unboundTokenIsRefused_whenItIsShownWithAProof() {
    String token = OPERATOR.freshToken();
    assertRefused(holder.using(token, "GET", "/v1/info").get("/v1/info"), "invalid_token");
  }

  @Test
  void stolenTokenIsWorthNothing_withoutItsKey() {
    String token = holder.freshToken(OPERATOR);
    Response thief = new Holder().using(token, "GET", "/v1/info").get("/v1/info");
    assertRefused(thief, "invalid_dpop_proof");
  }

  @Test
  void proofIsGoodForOneRequest() {
    String token = holder.freshToken(OPERATOR);
    String proof = holder.signed(holder.useProof("GET", "/v1/info", token));
    Holder.using(token, proof).get("/v1/info").then().statusCode(200);
    assertRefused(Holder.using(token, proof).get("/v1/info"), "invalid_dpop_proof");
  }

  static Stream<Arguments> badProofs() {
    long now = Instant.now().getEpochSecond();
    return Stream.of(
        bad("no ath", p -> p.without("ath")),
        bad("ath of another token", p -> p.claim("ath", "x")),
        bad("another method", p -> p.claim("htm", "POST")),
        bad("another path", p -> p.claim("htu", Shop.ISSUER + "/v1/keys")),
        bad("token endpoint", p -> p.claim("htu", Holder.TOKEN_ENDPOINT)),
        bad(
            "address of the connection",
            p -> p.claim("htu", "http://localhost:" + RestAssured.port + "/v1/info")),
        bad("too old", p -> p.claim("iat", now - 120)),
        bad("of the future", p -> p.claim("iat", now + 120)),
        bad("typ of a token", p -> p.header("typ", "at+jwt")));
  }

  private static Arguments bad(String what, Consumer<Proof> change) {
    return arguments(what, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badProofs")
  void badProofIsRefused(String what, Consumer<Proof> change) {
    String token = holder.freshToken(OPERATOR);
    Proof proof = holder.useProof("GET", "/v1/info", token);
    change.accept(proof);
    assertRefused(Holder.using(token, holder.signed(proof)).get("/v1/info"), "invalid_dpop_proof");
  }

  @Test
  void nonceIsAskedFor() {
    String token = holder.freshToken(OPERATOR);
    Proof proof = holder.useProof("GET", "/v1/info", token).without("nonce");
    Response asked = Holder.using(token, holder.signed(proof)).get("/v1/info");
    assertRefused(asked, "use_dpop_nonce");
    proof.claim("nonce", asked.getHeader("DPoP-Nonce"));
    Holder.using(token, holder.signed(proof)).get("/v1/info").then().statusCode(200);
  }

  @Test
  void proofIsWanted_exactlyOne() {
    String token = holder.freshToken(OPERATOR);
    assertRefused(
        given().header("Authorization", "DPoP " + token).get("/v1/info"), "invalid_dpop_proof");
    assertRefused(
        holder
            .using(token, "GET", "/v1/info")
            .header("DPoP", holder.signed(holder.useProof("GET", "/v1/info", token)))
            .get("/v1/info"),
        "invalid_dpop_proof");
  }

  /** The two would be two callers to two readers. */
  @Test
  void secondAuthorizationIsRefused() {
    String bound = holder.freshToken(OPERATOR);
    String proof = holder.signed(holder.useProof("GET", "/v1/info", bound));
    assertThat(
            status(
                "localhost",
                "Authorization: DPoP " + bound,
                "Authorization: Bearer " + OPERATOR.freshToken(),
                "DPoP: " + proof))
        .isEqualTo(401);
  }

  /** The issuer alone says where the request went. */
  @Test
  void hostHeaderChangesNothing() {
    String token = holder.freshToken(OPERATOR);
    Proof good = holder.useProof("GET", "/v1/info", token);
    Proof bad = holder.useProof("GET", "/v1/info", token).claim("htu", "http://evil.test/v1/info");
    String shown = "Authorization: DPoP " + token;
    assertThat(status("evil.test", shown, "DPoP: " + holder.signed(good))).isEqualTo(200);
    assertThat(status("evil.test", shown, "DPoP: " + holder.signed(bad))).isEqualTo(401);
  }

  private static int status(String host, String... headers) {
    String request =
        String.join("\r\n", "GET /v1/info HTTP/1.1", "Host: " + host, "Connection: close");
    return RawHttp.status(
        RawHttp.send(request + "\r\n" + String.join("\r\n", headers) + "\r\n\r\n"));
  }

  @Test
  void revokedTokenIsRefused_withTheBestOfProofs() {
    String token = holder.freshToken(OPERATOR);
    OPERATOR.revoke(token).then().statusCode(200);
    assertRefused(holder.using(token, "GET", "/v1/info").get("/v1/info"), "invalid_token");
  }

  @Test
  void readingAloneDoesNotRevoke() {
    String token = holder.token(OPERATOR, Map.of("scope", "mayfly:read")).path("access_token");
    Response answer =
        holder
            .using(token, "POST", "/v1/revocations")
            .contentType(ContentType.JSON)
            .body("{}")
            .post("/v1/revocations");
    answer.then().statusCode(403);
    assertThat(answer.getHeaders().getValues("WWW-Authenticate"))
        .contains("DPoP realm=\"mayfly\", error=\"insufficient_scope\", " + ALGS);
  }

  @Test
  void bothWaysToShowATokenAreTold() {
    assertThat(given().get("/v1/info").getHeaders().getValues("WWW-Authenticate"))
        .containsExactly("Bearer realm=\"mayfly\"", "DPoP realm=\"mayfly\", " + ALGS);
  }

  private static void assertRefused(Response answer, String error) {
    answer
        .then()
        .statusCode(401)
        .header("Cache-Control", "no-store")
        .contentType("application/problem+json")
        .body("type", equalTo("https://mayfly.dev/problems/" + error.replace('_', '-')));
    assertThat(answer.getHeaders().getValues("WWW-Authenticate"))
        .containsExactly(
            "DPoP realm=\"mayfly\", error=\"" + error + "\", " + ALGS, "Bearer realm=\"mayfly\"");
  }
}
