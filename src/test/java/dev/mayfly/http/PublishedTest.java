package dev.mayfly.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.config.DecoderConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.response.Response;
import java.util.Collection;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What anybody may fetch: metadata, keys, lists, and what monitoring asks. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class PublishedTest {

  private static final RestAssuredConfig WITHOUT_GZIP =
      RestAssuredConfig.config().decoderConfig(DecoderConfig.decoderConfig().noContentDecoders());

  @ParameterizedTest
  @ValueSource(strings = {"oauth-authorization-server", "openid-configuration"})
  void metadataNamesTheIssuer_andHasNoEmptyArrays(String document) {
    Response answer = given().get("/.well-known/" + document);
    answer
        .then()
        .statusCode(200)
        .body("issuer", equalTo(Shop.ISSUER))
        .body("token_endpoint", equalTo(Shop.ISSUER + "/oauth/token"))
        .body("status_list_aggregation_endpoint", equalTo(Shop.ISSUER + "/status-lists"))
        .body("token_endpoint_auth_methods_supported", hasItem("private_key_jwt"))
        .body("token_endpoint_auth_signing_alg_values_supported", not(hasItem("EdDSA")));
    Map<String, Object> members = answer.jsonPath().getMap("");
    assertThat(members.values())
        .noneMatch(value -> value instanceof Collection<?> several && several.isEmpty());
  }

  @Test
  void keysAreCachedForAWhile_andNotSentTwice() {
    Response first = given().get("/.well-known/jwks.json");
    first
        .then()
        .statusCode(200)
        .body("keys.kid", hasItem(not(equalTo(""))))
        .body("keys", everyItem(not(hasKey("d"))));
    int maxAge = Integer.parseInt(first.header("Cache-Control").replaceAll("\\D", ""));
    assertThat(maxAge).isBetween(240, 300);
    given()
        .header("If-None-Match", first.header("ETag"))
        .get("/.well-known/jwks.json")
        .then()
        .statusCode(304);
    given()
        .header("If-None-Match", "\"other\"")
        .get("/.well-known/jwks.json")
        .then()
        .statusCode(200);
  }

  @Test
  void listIsServedCompressedOrNot_underTwoTags() {
    String token = Shop.CHECKOUT.freshToken();
    String path = Tokens.listPath(token);
    Response plain = given().config(WITHOUT_GZIP).get(path);
    Response gzip = given().header("Accept-Encoding", "gzip").get(path);
    assertThat(plain.header("Content-Encoding")).isNull();
    assertThat(gzip.header("Content-Encoding")).isEqualTo("gzip");
    assertThat(Tokens.status(gzip, token)).isZero();
    assertThat(gzip.header("Vary")).contains("Accept-Encoding");
    assertThat(gzip.header("ETag")).isNotEqualTo(plain.header("ETag"));
    assertThat(plain.header("Access-Control-Allow-Origin")).isEqualTo("*");
    assertThat(plain.header("Cache-Control")).startsWith("public, max-age=");
    given().header("Accept", "application/statuslist+cwt").get(path).then().statusCode(406);
    given().header("Accept", "application/statuslist+jwt").get(path).then().statusCode(200);
    given().get("/status-lists").then().body("status_lists", hasItem(Shop.ISSUER + path));
  }

  @Test
  void listForAMomentOutsideItsLifeIsNotThere() {
    String path = Tokens.listPath(Shop.CHECKOUT.freshToken());
    given().queryParam("time", "1").get(path).then().statusCode(404);
    given().queryParam("time", "soon").get(path).then().statusCode(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"999999999999", "0", "-1", "1x", "99999999999999999999999", "%2e%2e"})
  void unknownListIsNotThere(String id) {
    given()
        .urlEncodingEnabled(false)
        .get("/status-lists/" + id)
        .then()
        .statusCode(404)
        .contentType("application/problem+json");
  }

  @Test
  void readinessNamesWhatItLookedAt() {
    given()
        .get("/health/ready")
        .then()
        .statusCode(200)
        .body("checks.name", hasItems("database", "policy", "key-rings", "loops"));
    given().get("/health/live").then().statusCode(200);
    given().get("/health/started").then().statusCode(200);
  }

  @Test
  void metricsAndApiDescriptionAreThere() {
    Shop.CHECKOUT.freshToken();
    given().get("/metrics").then().statusCode(200).body(containsString("mayfly_ledger_batch"));
    given().get("/openapi").then().statusCode(200).body(startsWith("---"));
  }

  /** RFC 7240 3. */
  @Test
  void waitIsSaidToBeApplied_whenTheCallerHoldsTheList() {
    String list = Tokens.listPath(Shop.CHECKOUT.freshToken());
    String held = given().get(list).header("ETag");
    given()
        .header("If-None-Match", held)
        .header("Prefer", "wait=1")
        .get(list)
        .then()
        .header("Preference-Applied", equalTo("wait=1"));
    assertThat(given().header("Prefer", "wait=1").get(list).header("Preference-Applied")).isNull();
  }
}
