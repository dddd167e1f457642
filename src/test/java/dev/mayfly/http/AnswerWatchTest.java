package dev.mayfly.http;

import static dev.mayfly.http.Shop.CHECKOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.mayfly.story.Eventually;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Callers that go before they are answered: what was minted for them is listed (decision 0011). */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class AnswerWatchTest {

  private static final int CALLERS = 20;

  @Test
  void credentialIsListed_whenItsCallerHadGone_andNotWhenItWasAnswered() throws IOException {
    String answered =
        String.valueOf(Tokens.claims(CHECKOUT.token().path("access_token")).get("jti"));
    for (int i = 0; i < CALLERS; i++) {
      askAndGo(i / 2);
    }
    Eventually.within(Duration.ofSeconds(20), () -> !undelivered().isEmpty());
    assertThat(undelivered()).doesNotContain(answered);
  }

  @Test
  void ledgerIsNotListedWhole() {
    for (String query : List.of("", "?undelivered=false", "?undelivered=true&limit=0")) {
      Shop.operator()
          .get("/v1/credentials" + query)
          .then()
          .statusCode(400)
          .body("type", equalTo("https://mayfly.dev/problems/malformed-parameter"));
    }
  }

  private static List<String> undelivered() {
    return Shop.operator().get("/v1/credentials?undelivered=true&limit=200").path("items.id");
  }

  /** Cuts the connection, so that whoever answers is told at once. */
  private static void askAndGo(int after) throws IOException {
    String form =
        "grant_type=client_credentials&client_assertion_type="
            + URLEncoder.encode(
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", StandardCharsets.UTF_8)
            + "&client_assertion="
            + CHECKOUT.assertion();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), RestAssured.port)) {
      socket.setSoLinger(true, 0);
      socket
          .getOutputStream()
          .write(
              ("POST /oauth/token HTTP/1.1\r\nHost: localhost\r\n"
                      + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                      + form.length()
                      + "\r\n\r\n"
                      + form)
                  .getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
      // Long enough for some to be read, short enough for some not to be answered yet.
      LockSupport.parkNanos(Duration.ofMillis(after).toNanos());
    }
  }
}
