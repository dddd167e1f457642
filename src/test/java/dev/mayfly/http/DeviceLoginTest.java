package dev.mayfly.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.notNullValue;

import dev.mayfly.http.StaffProvider.Somebody;
import dev.mayfly.store.Database;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The device flow (RFC 8628): a person's terminal comes to a session, and nobody else's does. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
@WithTestResource(StaffProvider.class)
class DeviceLoginTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Inject Database database;

  private final Somebody ada =
      new Somebody(
          "ada-" + UUID.randomUUID(), UUID.randomUUID().toString(), List.of("engineering"));
  private final Device device = new Device();

  @BeforeEach
  void providerBehaves() {
    StaffProvider.reset();
  }

  @Test
  void deviceGetsItsSession_onceItsPersonHasConfirmedIt() {
    Visitor browser = Device.browserOf(ada);
    device
        .begin(Map.of())
        .then()
        .statusCode(200)
        .header("Cache-Control", "no-store")
        .body("user_code", matchesPattern("[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}"))
        .body("device_code", notNullValue())
        .body("verification_uri", equalTo(Shop.ISSUER + "/login/device"))
        .body("expires_in", equalTo(600))
        .body("interval", equalTo(5));
    device.poll().then().statusCode(400).body("error", equalTo("authorization_pending"));

    String page = browser.get("/login/device?user_code=" + device.userCode()).asString();
    assertThat(page).contains("Is this you?", device.userCode(), "127.0.0.1", ada.name());
    browser
        .post(
            "/login/device",
            Map.of(
                "token",
                browser.formToken("/login/device"),
                "user_code",
                device.userCode().toLowerCase(java.util.Locale.ROOT).replace("-", "%20")))
        .then()
        .statusCode(200)
        .body(containsString("Is this you?"));
    device.confirm(browser).then().statusCode(200).body(containsString("Device confirmed"));

    Response hasty = device.poll();
    hasty.then().statusCode(400).body("error", equalTo("slow_down"));
  }

  @Test
  void tokenIsBoundAndOfTheSession_andTheCodeIsGoodOnce() {
    Response answer = device.logIn(Device.browserOf(ada));

    answer
        .then()
        .statusCode(200)
        .header("Cache-Control", "no-store")
        .body("token_type", equalTo("DPoP"))
        .body("role", equalTo("mayfly-engineer"))
        .body("refresh_token", notNullValue())
        .body("expires_in", greaterThan(800));
    Map<String, Object> claims = Tokens.claims(answer.path("access_token"));
    assertThat(claims)
        .containsEntry("sub", "spiffe://shop.test/staff/" + ada.name())
        .containsEntry("aud", Shop.ISSUER)
        .containsEntry("cnf", Map.of("jkt", device.holder().jkt()));
    assertThat(String.valueOf(claims.get("scope"))).contains("mayfly:request");
    device.poll().then().statusCode(400);
    assertThat(device.poll().jsonPath().getString("error")).isIn("slow_down", "invalid_grant");
  }

  @Test
  void deviceGetsNothing_whenItsPersonRefusesIt() {
    Visitor browser = Device.browserOf(ada);
    device.begin(Map.of());
    browser
        .post(
            "/login/device/decision",
            Map.of(
                "token",
                browser.formToken("/login/device"),
                "user_code",
                device.userCode(),
                "decision",
                "refuse"))
        .then()
        .statusCode(200)
        .body(containsString("Device refused"));
    device.poll().then().statusCode(400).body("error", equalTo("access_denied"));
  }

  /** The code was overheard: without the key of the first request it is nothing. */
  @Test
  void deviceCodeIsRefused_whenAnotherKeyShowsIt() {
    Visitor browser = Device.browserOf(ada);
    device.begin(Map.of());
    device.confirm(browser).then().statusCode(200);

    new Device().poll(device).then().statusCode(400).body("error", equalTo("invalid_grant"));
    device.poll().then().statusCode(200);
  }

  @Test
  void nothingIsBegun_withoutAProofOrByAnotherClient() {
    given()
        .formParam("client_id", "mayfly-cli")
        .post("/oauth/device_authorization")
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_dpop_proof"));
    device.begin(Map.of("client_id", "other")).then().statusCode(401);
    given()
        .formParam("client_id", "mayfly-cli")
        .formParam("grant_type", Device.DEVICE_CODE)
        .formParam("device_code", "x")
        .post("/oauth/token")
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_dpop_proof"));
  }

  /** Whoever asks writes a row each time: no one address asks without end. */
  @Test
  void addressIsPutOff_whenItHasBegunTooMany() {
    database.run("DELETE FROM device_logins").await().atMost(LIMIT);
    for (int i = 0; i < 50; i++) {
      new Device().begin(Map.of()).then().statusCode(200);
    }
    device
        .begin(Map.of())
        .then()
        .statusCode(503)
        .header("Retry-After", notNullValue())
        .body("error", equalTo("temporarily_unavailable"));
    database.run("DELETE FROM device_logins").await().atMost(LIMIT);
    device.begin(Map.of()).then().statusCode(200);
    device
        .begin(Map.of("acr_values", "x".repeat(101)))
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_request"));
  }

  /** Who holds nothing of ours makes no row. */
  @Test
  void proofIsNotKept_ofWhoShowsNothingThatWasGivenToItsKey() {
    long before = proofs();
    device.renew("nothing-like-it").then().statusCode(400).body("error", equalTo("invalid_grant"));
    new Device().poll(device).then().statusCode(400).body("error", equalTo("invalid_grant"));
    assertThat(proofs()).isEqualTo(before);
  }

  private long proofs() {
    return database
        .run("SELECT count(*) FROM used_assertions")
        .await()
        .atMost(LIMIT)
        .iterator()
        .next()
        .getLong(0);
  }

  /** CSRF: another site can make the browser send its cookie, and knows nothing else. */
  @Test
  void nothingIsConfirmed_withoutTheFormOfThisSession() {
    Visitor browser = Device.browserOf(ada);
    Visitor other = Device.browserOf(ada);
    device.begin(Map.of());
    for (String token : List.of("", "x", other.formToken("/login/device"))) {
      browser
          .post(
              "/login/device/decision",
              Map.of("token", token, "user_code", device.userCode(), "decision", "confirm"))
          .then()
          .statusCode(403);
    }
    device.poll().then().body("error", equalTo("authorization_pending"));
  }

  @Test
  void whoIsNotLoggedInIsSentToLogIn_andComesBackToTheCode() {
    device.begin(Map.of());
    Visitor browser = new Visitor();
    Response away = browser.get("/login/device?user_code=" + device.userCode());
    away.then().statusCode(303);
    String login = away.getHeader("Location").substring(Shop.ISSUER.length());
    Map<String, String> request = browser.begin(login);
    browser
        .comeBack(request, StaffProvider.code(ada, request, Instant.now()))
        .then()
        .header("Location", equalTo(Shop.ISSUER + "/login/device?user_code=" + device.userCode()));
  }

  /** Ten wrong codes, and this person is heard no more for a while; another one still is. */
  @Test
  void guessingIsStopped_afterTenWrongCodes() {
    Visitor guesser = Device.browserOf(ada);
    for (int i = 0; i < 10; i++) {
      guesser.get("/login/device?user_code=BCDF-GHJK").then().statusCode(404);
    }
    guesser.get("/login/device?user_code=BCDF-GHJK").then().statusCode(429);
    device.begin(Map.of());
    guesser.get("/login/device?user_code=" + device.userCode()).then().statusCode(429);
    Somebody grace = new Somebody("grace-" + UUID.randomUUID(), "s", List.of("engineering", "sre"));
    Device.browserOf(grace)
        .get("/login/device?user_code=" + device.userCode())
        .then()
        .statusCode(200);
  }

  /** {@code mayfly login --fresh}: an old login of the browser does not confirm. */
  @Test
  void freshLoginIsDemanded_whenTheDeviceAsksForOne() {
    Visitor browser = new Visitor();
    Map<String, String> old = browser.begin("/login");
    browser.comeBack(old, StaffProvider.code(ada, old, Instant.now().minusSeconds(600)));
    device.begin(Map.of("max_age", "0"));
    device.confirm(browser).then().statusCode(200).body(containsString("Log in again"));
    device.poll().then().body("error", equalTo("authorization_pending"));

    Map<String, String> request =
        browser.begin(
            "/login?next=%2Flogin%2Fdevice%3Fuser_code%3D" + device.userCode() + "&max_age=0");
    browser.comeBack(request, StaffProvider.code(ada, request, Instant.now()));
    device.confirm(browser).then().body(containsString("Device confirmed"));
  }
}
