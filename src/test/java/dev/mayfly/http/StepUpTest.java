package dev.mayfly.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.endsWith;

import dev.mayfly.http.StaffProvider.Somebody;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import io.restassured.response.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is logged in, but not as freshly as a role wants, is told how to go on (RFC 9470). */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
@WithTestResource(StaffProvider.class)
class StepUpTest {

  private static final Map<String, Object> REQUEST =
      Map.of(
          "roles",
          List.of("orders-admin"),
          "reason",
          "order 4711 is stuck",
          "inputs",
          Map.of("order", "4711", "region", "eu"));

  private final Somebody ada =
      new Somebody(
          "ada-" + UUID.randomUUID(), UUID.randomUUID().toString(), List.of("engineering"));
  private final Device device = new Device();

  @BeforeEach
  void providerBehaves() {
    StaffProvider.reset();
  }

  @Test
  void requestIsChallenged_whenItsPersonProvedThemselvesTooLongAgo() {
    Visitor browser = new Visitor();
    proves(browser, "/login", Instant.now().minus(Duration.ofHours(13)));
    String token = device.logIn(browser).path("access_token");

    Response challenged = ask(token);
    challenged.then().statusCode(401).body("type", endsWith("/login-too-weak"));
    List<String> challenges = challenged.getHeaders().getValues("WWW-Authenticate");
    assertThat(challenges)
        .allMatch(one -> one.contains("error=\"insufficient_user_authentication\""))
        .allMatch(one -> one.contains("max_age=\"43200\""))
        .anyMatch(one -> one.startsWith("DPoP "));

    proves(browser, "/login?max_age=43200", Instant.now());
    ask(token).then().statusCode(201);
  }

  /** How freshly somebody proved who they are is a session's own, whatever else they have open. */
  @Test
  void requestIsChallenged_whenOnlyAnotherSessionOfItsPersonIsFresh() {
    Visitor browser = new Visitor();
    proves(browser, "/login", Instant.now().minus(Duration.ofHours(13)));
    String token = device.logIn(browser).path("access_token");
    proves(new Visitor(), "/login", Instant.now());
    ask(token).then().statusCode(401).body("type", endsWith("/login-too-weak"));
  }

  private void proves(Visitor browser, String path, Instant authTime) {
    Map<String, String> request = browser.begin(path);
    browser.comeBack(request, StaffProvider.code(ada, request, authTime)).then().statusCode(303);
  }

  private Response ask(String token) {
    return device
        .holder()
        .using(token, "POST", "/v1/grants")
        .contentType(ContentType.JSON)
        .body(REQUEST)
        .post("/v1/grants");
  }
}
