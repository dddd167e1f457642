package dev.mayfly.http.dev;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import dev.mayfly.http.BrokerDatabase;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import org.junit.jupiter.api.Test;

/** The development provider, as far as it must not be trusted further than it goes. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class DevProviderTest {

  private static final String ISSUER = "http://localhost:8480";

  private static RequestSpecification login(String redirect) {
    return given()
        .queryParam("response_type", "code")
        .queryParam("client_id", "mayfly")
        .queryParam("redirect_uri", redirect)
        .queryParam("state", "\"><script>")
        .queryParam("nonce", "n")
        .queryParam("code_challenge", "c")
        .queryParam("code_challenge_method", "S256");
  }

  @Test
  void saysWhereItIs() {
    given()
        .get("/dev/login/.well-known/openid-configuration")
        .then()
        .statusCode(200)
        .body("issuer", equalTo(ISSUER + "/dev/login"));
  }

  @Test
  void showsThreePeople_andNothingThatWasSentAsMarkup() {
    login(ISSUER + "/login/callback")
        .get("/dev/login/authorize")
        .then()
        .statusCode(200)
        .body(containsString("value=\"ada\""))
        .body(containsString("value=\"grace\""))
        .body(containsString("value=\"joan\""))
        .body(org.hamcrest.Matchers.not(containsString("<script>")));
  }

  @Test
  void sendsNobodyElsewhere() {
    login("https://evil.test/callback").get("/dev/login/authorize").then().statusCode(400);
  }

  @Test
  void codeIsRefused_whenItIsNone() {
    given()
        .formParam("grant_type", "authorization_code")
        .formParam("code", "x.y.z")
        .post("/dev/login/token")
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_grant"));
  }
}
