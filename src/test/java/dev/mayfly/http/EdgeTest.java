package dev.mayfly.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.blankOrNullString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the edge does whatever the path: request ids, and the framework's refusals in our shapes.
 */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class EdgeTest {

  @Test
  void requestIdIsEchoed_whenHarmless() {
    given()
        .header("X-Request-Id", "build-7.a_B")
        .get("/nowhere")
        .then()
        .header("X-Request-Id", equalTo("build-7.a_B"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a\"b", "<x>", "é", "a;b"})
  void requestIdIsReplaced_whenItCouldHarmALog(String asked) {
    String given =
        given()
            .header("X-Request-Id", asked)
            .get("/nowhere")
            .then()
            .extract()
            .header("X-Request-Id");
    assertThat(given).isNotEqualTo(asked).matches("[0-9a-f-]{36}");
  }

  @Test
  void requestIdIsReplaced_whenTooLong() {
    given()
        .header("X-Request-Id", "a".repeat(65))
        .get("/nowhere")
        .then()
        .header("X-Request-Id", not(equalTo("a".repeat(65))))
        .header("X-Request-Id", not(blankOrNullString()));
  }

  @Test
  void unknownPathIsAProblem() {
    isProblem(given().get("/nowhere"), 404, "not-found");
    isProblem(given().get("/v1/nowhere"), 404, "not-found");
  }

  @Test
  void overlongBodyIsRefused_atEveryPath() {
    for (String path : new String[] {"/oauth/token", "/v1/revocations", "/nowhere"}) {
      String answer =
          RawHttp.send(
              "POST "
                  + path
                  + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n"
                  + "Content-Type: application/x-www-form-urlencoded\r\n\r\n");
      assertThat(RawHttp.status(answer)).isEqualTo(413);
      assertThat(answer)
          .contains(
              path.startsWith("/oauth/")
                  ? "\"error\":\"invalid_request\""
                  : "https://mayfly.dev/problems/body-too-large")
          .containsIgnoringCase("x-request-id");
    }
  }

  @Test
  void overlongHeadersAreRefused() {
    given().header("X-Long", "a".repeat(17 * 1024)).get("/nowhere").then().statusCode(431);
  }

  @Test
  void overlongPathIsRefused() {
    given().get("/" + "a".repeat(5000)).then().statusCode(414);
  }

  private static void isProblem(Response answer, int status, String code) {
    answer
        .then()
        .statusCode(status)
        .contentType("application/problem+json")
        .header("Cache-Control", "no-store")
        .body("type", equalTo("https://mayfly.dev/problems/" + code))
        .body("status", equalTo(status));
  }
}
