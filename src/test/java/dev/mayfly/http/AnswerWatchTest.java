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
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/** Callers that go before they are answered: what was minted for them is listed (decision 0011). */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class AnswerWatchTest {

  /** Whoever mints waits for this, and whoever reads does not. */
  private static final String HOLD = "LOCK TABLE credentials IN SHARE MODE";

  private static final String WAITING =
      "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'credentials'::regclass)";

  @Test
  void credentialIsListed_whenItsCallerHadGone_andNotWhenItWasAnswered() throws Exception {
    String answered =
        String.valueOf(Tokens.claims(CHECKOUT.token().path("access_token")).get("jti"));
    // That the caller goes is news to the kernel first; the broker may answer before it has read
    // that.
    Eventually.within(
        Duration.ofSeconds(60),
        () -> {
          askAndGoWhileItMints();
          return listedWithin(Duration.ofSeconds(10));
        });
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

  private static boolean listedWithin(Duration limit) {
    try {
      Eventually.within(limit, () -> !undelivered().isEmpty());
      return true;
    } catch (AssertionError notYet) {
      return false;
    }
  }

  /** The mint is under way when its caller goes, and goes on when that is over. */
  private static void askAndGoWhileItMints() {
    try (Connection holder = connect();
        var statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute(HOLD);
      try (Socket caller = ask()) {
        Eventually.within(Duration.ofSeconds(10), () -> isTrue(WAITING));
        caller.setSoLinger(true, 0); // cut, so that whoever answers is told at once
      }
      holder.commit();
    } catch (SQLException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Socket ask() throws IOException {
    String form =
        "grant_type=client_credentials&client_assertion_type="
            + URLEncoder.encode(
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", StandardCharsets.UTF_8)
            + "&client_assertion="
            + CHECKOUT.assertion();
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), RestAssured.port);
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
    return socket;
  }

  private static boolean isTrue(String query) {
    try (Connection connection = connect();
        var statement = connection.createStatement();
        var rows = statement.executeQuery(query)) {
      return rows.next() && rows.getBoolean(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Connection connect() throws SQLException {
    var config = ConfigProvider.getConfig();
    return DriverManager.getConnection(
        "jdbc:" + config.getValue("quarkus.datasource.reactive.url", String.class),
        config.getValue("quarkus.datasource.username", String.class),
        config.getValue("quarkus.datasource.password", String.class));
  }
}
