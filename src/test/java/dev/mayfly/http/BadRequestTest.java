package dev.mayfly.http;

import static dev.mayfly.http.Shop.CHECKOUT;
import static dev.mayfly.http.Shop.ORDERS;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are malformed, or ask for what is not theirs. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class BadRequestTest {

  private static final String FORM = "application/x-www-form-urlencoded";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "grant_type=client_credentials&grant_type=client_credentials",
        "grant_type=client_credentials&scope=a&scope=b",
        "grant_type=client_credentials&client_assertion=a&client%5Fassertion=b",
        "grant_type=%zz",
        "grant_type=%C3%28",
        "grant_type=client_credentials&x=%00",
        "grant_type=a\nb",
        "",
        "=",
        "{\"grant_type\":\"client_credentials\"}"
      })
  void malformedFormIsAnInvalidRequest(String body) {
    given()
        .contentType(FORM)
        .body(body)
        .post("/oauth/token")
        .then()
        .statusCode(400)
        .header("Cache-Control", "no-store")
        .body("error", equalTo("invalid_request"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"password", "authorization_code", "CLIENT_CREDENTIALS", "client_credentials "})
  void otherGrantTypesAreUnsupported(String grantType) {
    Shop.form(CHECKOUT.assertion())
        .formParam("grant_type", grantType)
        .post("/oauth/token")
        .then()
        .statusCode(400)
        .body("error", equalTo("unsupported_grant_type"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "scope|orders:delete|invalid_scope",
        "scope|orders:read  orders:write|invalid_scope",
        "scope|orders:\"read|invalid_scope",
        "scope|ORDERS:READ|invalid_scope",
        "resource|https://stock.shop.test|invalid_target",
        "resource|https://orders.shop.test/|invalid_target",
        "resource|https://orders.shop.test#f|invalid_target",
        "resource|orders|invalid_target",
        "role|mayfly-operator|unauthorized_client",
        "role|no-such-role|unauthorized_client",
        "role|orders-writer' --|unauthorized_client",
        "ttl|forever|invalid_request",
        "ttl|-5m|invalid_request",
        "ttl|0s|invalid_request",
        "ttl|PT|invalid_request"
      })
  void moreThanAllowedIsRefused(String parameter, String value, String error) {
    CHECKOUT.token(Map.of(parameter, value)).then().statusCode(400).body("error", equalTo(error));
  }

  /** A role that is there but not for the caller, and one that is not there: the same bytes. */
  @Test
  void rolesOfOthersCannotBeToldFromNone() {
    assertThat(CHECKOUT.token(Map.of("role", "mayfly-operator")).asString())
        .isEqualTo(CHECKOUT.token(Map.of("role", "no-such-role")).asString());
  }

  @Test
  void idempotencyKeyIsRefused_whenMalformedOrUsedForSomethingElse() {
    keyed("a b", Map.of()).then().statusCode(400).body("error", equalTo("invalid_request"));
    keyed("x".repeat(129), Map.of()).then().statusCode(400);
    String key = UUID.randomUUID().toString();
    keyed(key, Map.of("scope", "orders:read")).then().statusCode(200);
    keyed(key, Map.of("scope", "orders:write")).then().statusCode(409);
  }

  private static Response keyed(String key, Map<String, String> more) {
    return Shop.form(CHECKOUT.assertion())
        .header("Idempotency-Key", key)
        .formParam("grant_type", "client_credentials")
        .formParams(more)
        .post("/oauth/token");
  }

  @Test
  void otherMediaTypesAndMethodsAreRefused() {
    given().contentType("application/json").body("{}").post("/oauth/token").then().statusCode(415);
    given().get("/oauth/token").then().statusCode(405);
    given().delete("/v1/grants").then().statusCode(405).contentType("application/problem+json");
  }

  @Test
  void introspectionAndRevocationNeedAToken() {
    for (String path : new String[] {"/oauth/introspect", "/oauth/revoke"}) {
      Shop.form(ORDERS.assertion())
          .post(path)
          .then()
          .statusCode(400)
          .body("error", equalTo("invalid_request"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "{",
        "{}",
        "{\"scope\":\"grant\"}",
        "{\"scope\":\"grant\",\"scope\":\"key\",\"target\":\"x\",\"reason\":\"r\"}",
        "{\"scope\":\"grant\",\"target\":\"x\",\"reason\":\"r\",\"more\":1}",
        "{\"scope\":1,\"target\":\"x\",\"reason\":\"r\"}",
        "{\"scope\":{\"a\":1},\"target\":\"x\",\"reason\":\"r\"}",
        "{\"scope\":\"grant\",\"target\":\"x\",\"reason\":\"r\"} trailing",
        "{\"scope\":\"planet\",\"target\":\"x\",\"reason\":\"r\"}",
        "{\"scope\":\"grant\",\"target\":\"not-an-id\",\"reason\":\"r\"}",
        "{\"scope\":\"grant\",\"target\":\"0198c0de-0000-7000-8000-000000000000\",\"reason\":\" \"}"
      })
  void revocationThatIsNoneIsAProblem(String body) {
    Shop.operator()
        .contentType(ContentType.JSON)
        .body(body)
        .post("/v1/revocations")
        .then()
        .statusCode(400)
        .contentType("application/problem+json");
  }

  @Test
  void deepJsonIsRefused() {
    String body = "{\"scope\":" + "[".repeat(5000) + "]".repeat(5000) + "}";
    String answer =
        RawHttp.send(
            "POST /v1/revocations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nAuthorization: Bearer "
                + Shop.OPERATOR.freshToken()
                + "\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n"
                + body);
    assertThat(RawHttp.status(answer)).isEqualTo(400);
    assertThat(answer).contains("https://mayfly.dev/problems/malformed-json");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/audit?limit=0",
    "/v1/audit?limit=201",
    "/v1/audit?limit=1e2",
    "/v1/audit?after=x",
    "/v1/audit?since=yesterday",
    "/v1/audit?grant=1",
    "/v1/grants?state=DEAD",
    "/v1/grants?after=00000000-0000-0000-0000-00000000000G",
    "/v1/identities?state=active"
  })
  void malformedQueryIsAProblem(String path) {
    Shop.operator()
        .get(path)
        .then()
        .statusCode(400)
        .body("type", equalTo("https://mayfly.dev/problems/malformed-parameter"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/grants/x",
        "/v1/grants/00000000-0000-7000-8000-000000000000",
        "/v1/credentials/00000000-0000-7000-8000-000000000000",
        "/v1/revocations/00000000-0000-7000-8000-000000000000"
      })
  void whatIsNotThereIsNotFound(String path) {
    Shop.operator()
        .get(path)
        .then()
        .statusCode(404)
        .body("type", equalTo("https://mayfly.dev/problems/not-found"));
  }

  @Test
  void nobodyEntersTheApiWithoutTheRightToken() {
    assertChallenged(given().get("/v1/info"), 401, "Bearer realm=\"mayfly\"");
    for (String authorization :
        new String[] {
          "Bearer x", "Bearer ", "Basic YTpi", "Bearer a b", "bearer " + CHECKOUT.freshToken()
        }) {
      assertChallenged(
          given().header("Authorization", authorization).get("/v1/grants"),
          401,
          "Bearer realm=\"mayfly\", error=\"invalid_token\"");
    }
  }

  @Test
  void readingAloneDoesNotRevoke() {
    String token =
        Shop.OPERATOR
            .token(Map.of("scope", "mayfly:read"))
            .then()
            .statusCode(200)
            .extract()
            .path("access_token");
    given().auth().oauth2(token).get("/v1/grants").then().statusCode(200);
    assertChallenged(
        given()
            .auth()
            .oauth2(token)
            .contentType(ContentType.JSON)
            .body("{}")
            .post("/v1/revocations"),
        403,
        "Bearer realm=\"mayfly\", error=\"insufficient_scope\"");
  }

  private static void assertChallenged(Response answer, int status, String first) {
    answer.then().statusCode(status);
    assertThat(answer.getHeaders().getValues("WWW-Authenticate")).first().isEqualTo(first);
  }
}
