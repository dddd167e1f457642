package dev.mayfly.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.mayfly.http.StaffProvider.Mood;
import dev.mayfly.http.StaffProvider.Somebody;
import dev.mayfly.identity.TestJwt;
import dev.mayfly.store.Database;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How a session is renewed, and all the ways in which it ends before its time. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
@WithTestResource(StaffProvider.class)
class SessionLifeTest {

  @Inject Database database;

  private final Somebody ada =
      new Somebody(
          "ada-" + UUID.randomUUID(), UUID.randomUUID().toString(), List.of("engineering"));
  private final Device device = new Device();
  private final Visitor browser = new Visitor();

  @BeforeEach
  void providerBehaves() {
    StaffProvider.reset();
    browser.logIn(ada).then().statusCode(303);
  }

  @Test
  void sessionIsRenewed_byATokenThatIsGoodOnce() {
    String first = device.logIn(browser).path("refresh_token");
    Response renewed = device.renew(first);
    renewed.then().statusCode(200).body("token_type", equalTo("DPoP"));
    String second = renewed.path("refresh_token");
    assertThat(second).isNotEqualTo(first);
    String access = device.renew(second).then().statusCode(200).extract().path("access_token");
    assertThat(isLive(access)).isTrue();
  }

  /** RFC 9700 4.14.2: the grace of this broker is zero, so the second use is a theft. */
  @Test
  void sessionEnds_whenARefreshTokenComesTwice() {
    String first = device.logIn(browser).path("refresh_token");
    Response renewed = device.renew(first);
    device.renew(first).then().statusCode(400).body("error", equalTo("invalid_grant"));
    device
        .renew(renewed.path("refresh_token"))
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_grant"));
    assertThat(isLive(renewed.path("access_token"))).isFalse();
  }

  @Test
  void refreshTokenIsWorthNothing_withoutItsKey() {
    String token = device.logIn(browser).path("refresh_token");
    new Device().renew(token).then().statusCode(400).body("error", equalTo("invalid_grant"));
    device.renew(token).then().statusCode(200);
  }

  @Test
  void groupRemovedAtTheProvider_isGoneAtTheNextRenewal() {
    String token = device.logIn(browser).path("refresh_token");
    StaffProvider.groups(ada, "sales");
    device.renew(token).then().statusCode(400).body("error", equalTo("invalid_grant"));
  }

  @Test
  void groupAddedAtTheProvider_isThereAtTheNextRenewal() {
    String token = device.logIn(browser).path("refresh_token");
    StaffProvider.groups(ada, "engineering", "sre");
    device.renew(token).then().statusCode(200);
    assertThat(browser.get("/login").asString()).contains("<li>sre</li>");
  }

  /** OpenID Connect Core 12.2: a refresh need not bring one. */
  @Test
  void groupRemovedAtTheProvider_isGone_whenItRenewsWithoutAnIdToken() {
    String first = device.logIn(browser).path("refresh_token");
    StaffProvider.mood(Mood.RENEWS_BARELY);
    StaffProvider.userinfo(about("engineering", "sre"));
    String second = device.renew(first).then().statusCode(200).extract().path("refresh_token");
    assertThat(browser.get("/login").asString()).contains("<li>sre</li>");
    StaffProvider.userinfo(about("sales"));
    device.renew(second).then().statusCode(400).body("error", equalTo("invalid_grant"));
  }

  /**
   * Only an ID token says how somebody logged in; a userinfo may hold what they wrote themselves.
   */
  @Test
  void strengthOfALoginIsNotBelieved_ofTheUserinfo() {
    String first = device.logIn(browser).path("refresh_token");
    StaffProvider.mood(Mood.RENEWS_BARELY);
    Map<String, Object> boasts = new java.util.HashMap<>(about("engineering"));
    boasts.put("acr", "phr");
    boasts.put("amr", List.of("hwk"));
    StaffProvider.userinfo(boasts);
    String access = device.renew(first).then().statusCode(200).extract().path("access_token");
    device
        .holder()
        .using(access, "GET", "/v1/me")
        .get("/v1/me")
        .then()
        .statusCode(200)
        .body("acr", org.hamcrest.Matchers.nullValue())
        .body(
            "amr",
            org.hamcrest.Matchers.anyOf(
                org.hamcrest.Matchers.nullValue(), org.hamcrest.Matchers.empty()));
  }

  private Map<String, Object> about(String... groups) {
    return Map.of("sub", ada.name(), "preferred_username", ada.name(), "groups", List.of(groups));
  }

  @Test
  void sessionEnds_whenTheProviderVouchesForNobodyAnyMore() {
    Response first = device.logIn(browser);
    assertThat(isLive(first.path("access_token"))).isTrue();
    StaffProvider.mood(Mood.REFUSES);
    device
        .renew(first.path("refresh_token"))
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_grant"));
    assertThat(isLive(first.path("access_token"))).isFalse();
    browser.get("/login").then().statusCode(303);
  }

  /** As a device's: without one, nobody else would ask. */
  @Test
  void browsersSessionEnds_whenTheProviderVouchesForNobodyAnyMore() {
    StaffProvider.mood(Mood.REFUSES);
    browser.get("/login").then().statusCode(200); // vouched for a moment ago
    lastVouchedFor("2 minutes");
    browser.get("/login").then().statusCode(303);
    assertThat(sessions("ACTIVE")).isZero();
  }

  @Test
  void browsersSessionKnowsTheGroupsOfTwoMinutesAgo_andEndsWithTheLastThatThePolicyWants() {
    StaffProvider.groups(ada, "engineering", "sre");
    assertThat(browser.get("/login").asString()).doesNotContain("<li>sre</li>");
    lastVouchedFor("2 minutes");
    assertThat(browser.get("/login").asString()).contains("<li>sre</li>");
    lastVouchedFor("2 minutes");
    StaffProvider.groups(ada, "sales");
    browser.get("/login").then().statusCode(303);
    assertThat(sessions("ACTIVE")).as("the policy knows them no longer").isZero();
  }

  @Test
  void browsersSessionLivesOn_whileTheProviderIsAway() {
    lastVouchedFor("1 hour");
    StaffProvider.mood(Mood.FAILS);
    browser.get("/login").then().statusCode(200);
  }

  /** The device's session is of the browser's: what is said of one is said of both. */
  @Test
  void claimsAreOfTheMomentOfTheAsking_andSilenceLeavesThemAsOldAsTheyWere() {
    device.logIn(browser);
    String lately =
        "SELECT count(*) FROM sessions WHERE subject = '%s' AND claims_at > mayfly_now() - interval '1 minute'"
            .formatted(ada.name());
    lastVouchedFor("1 hour");
    browser.get("/login").then().statusCode(200);
    assertThat(number(lately)).isEqualTo(2);
    lastVouchedFor("1 hour");
    StaffProvider.mood(Mood.FAILS);
    browser.get("/login").then().statusCode(200);
    assertThat(number(lately)).isZero();
  }

  /** Who has left keeps no second session, though nobody uses it. */
  @Test
  void everySessionOfAPersonEnds_whenTheProviderRefusesOne() {
    String token = device.logIn(browser).path("refresh_token");
    new Visitor().logIn(ada).then().statusCode(303);
    assertThat(sessions("ACTIVE")).isEqualTo(3);
    StaffProvider.mood(Mood.REFUSES);
    device.renew(token).then().statusCode(400);
    assertThat(sessions("ACTIVE")).isZero();
  }

  @Test
  void sessionIsShort_whenTheProviderCannotBeAskedAgain() {
    Somebody joan = new Somebody("joan-" + UUID.randomUUID(), "s", List.of("engineering"));
    StaffProvider.mood(Mood.FORGETS);
    new Visitor().logIn(joan).then().statusCode(303);
    assertThat(seconds(joan)).isBetween(3500L, 3600L);
    assertThat(seconds(ada)).as("one who can be asked about").isGreaterThan(3600);
  }

  private void lastVouchedFor(String ago) {
    database
        .run(
            "UPDATE sessions SET claims_at = mayfly_now() - interval '%s' WHERE subject = '%s'"
                .formatted(ago, ada.name()))
        .await()
        .atMost(Database.LONGEST);
  }

  private long sessions(String state) {
    return number(
        """
        SELECT count(*) FROM sessions s JOIN grants g ON g.id = s.grant_id
        WHERE s.subject = '%s' AND g.state = '%s'
        """
            .formatted(ada.name(), state));
  }

  private long seconds(Somebody who) {
    return number(
        """
        SELECT EXTRACT(EPOCH FROM g.expires_at - mayfly_now())::bigint
        FROM sessions s JOIN grants g ON g.id = s.grant_id WHERE s.subject = '%s'
        """
            .formatted(who.name()));
  }

  private long number(String sql) {
    return database.run(sql).await().atMost(Database.LONGEST).iterator().next().getLong(0);
  }

  @Test
  void sessionLivesOn_whileTheProviderIsAway() {
    String first = device.logIn(browser).path("refresh_token");
    StaffProvider.mood(Mood.FAILS);
    String second = device.renew(first).then().statusCode(200).extract().path("refresh_token");
    StaffProvider.mood(Mood.WELL);
    device.renew(second).then().statusCode(200);
  }

  @Test
  void logoutOfTheDevice_endsItsSessionAndNotTheBrowsers() {
    Response first = device.logIn(browser);
    Device.revoke(first.path("refresh_token")).then().statusCode(200);
    assertThat(isLive(first.path("access_token"))).isFalse();
    device.renew(first.path("refresh_token")).then().statusCode(400);
    browser.get("/login").then().statusCode(200);
  }

  @Test
  void logoutWithAnAccessToken_endsTheSessionToo() {
    Response first = device.logIn(browser);
    Device.revoke(first.path("access_token")).then().statusCode(200);
    device.renew(first.path("refresh_token")).then().statusCode(400);
  }

  @Test
  void revocationOfNonsense_isPassedOverInSilence() {
    Device.revoke("nonsense").then().statusCode(200);
  }

  @Test
  void logoutOfTheBrowser_endsTheSessionsOfItsDevices() {
    Response first = device.logIn(browser);
    browser
        .post("/login/logout", Map.of("token", browser.formToken("/login")))
        .then()
        .statusCode(200);
    assertThat(isLive(first.path("access_token"))).isFalse();
    device.renew(first.path("refresh_token")).then().statusCode(400);
  }

  @Test
  void logoutAtTheProvider_endsTheSessionsHere_once() {
    Response first = device.logIn(browser);
    String token = StaffProvider.logoutToken(ada).signedBy(StaffProvider.KEY);
    backChannel(token).then().statusCode(200);
    assertThat(isLive(first.path("access_token"))).isFalse();
    browser.get("/login").then().statusCode(303);
    backChannel(token).then().statusCode(400);
  }

  @Test
  void nothingEnds_whenTheLogoutTokenIsNone() {
    List<Consumer<TestJwt>> spoils =
        List.of(
            token -> token.claim("iss", "https://other.test"),
            token -> token.claim("aud", "other"),
            token -> token.claim("nonce", "x"),
            token -> token.claim("events", Map.of()),
            token -> token.claim("jti", ""),
            token -> token.claim("iat", 1_000_000),
            token -> token.claim("exp", 1_000_000),
            token -> token.claim("sub", "").claim("sid", ""),
            token -> token.header("typ", "at+jwt"));
    for (Consumer<TestJwt> spoil : spoils) {
      TestJwt token = StaffProvider.logoutToken(ada);
      spoil.accept(token);
      backChannel(token.signedBy(StaffProvider.KEY)).then().statusCode(400);
    }
    backChannel(StaffProvider.logoutToken(ada).signedBy(StaffProvider.STRANGER))
        .then()
        .statusCode(400);
    browser.get("/login").then().statusCode(200);
  }

  private static Response backChannel(String token) {
    return io.restassured.RestAssured.given()
        .formParam("logout_token", token)
        .post("/login/backchannel-logout");
  }

  /** As the broker's own API sees it, at once. */
  private boolean isLive(String accessToken) {
    int status = device.holder().using(accessToken, "GET", "/v1/me").get("/v1/me").getStatusCode();
    assertThat(status).isIn(200, 401);
    return status == 200;
  }
}
