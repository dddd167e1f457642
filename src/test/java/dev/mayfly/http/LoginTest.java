package dev.mayfly.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.mayfly.http.StaffProvider.Somebody;
import dev.mayfly.identity.TestJwt;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A browser's login at the provider, and everything that must not come of one. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
@WithTestResource(StaffProvider.class)
class LoginTest {

  private final Somebody ada =
      new Somebody(
          "ada-" + UUID.randomUUID(), UUID.randomUUID().toString(), List.of("engineering"));
  private final Visitor browser = new Visitor();

  @BeforeEach
  void providerBehaves() {
    StaffProvider.reset();
  }

  @Test
  void personIsLoggedIn_whenTheProviderConfirmsThem() {
    Map<String, String> request = browser.begin("/login");

    assertThat(request)
        .containsEntry("response_type", "code")
        .containsEntry("client_id", "mayfly")
        .containsEntry("redirect_uri", Shop.ISSUER + "/login/callback")
        .containsEntry("code_challenge_method", "S256")
        .containsEntry("scope", "email groups openid profile")
        .containsKeys("state", "nonce", "code_challenge", "ui");
    Response back = browser.comeBack(request, StaffProvider.code(ada, request, Instant.now()));
    back.then().statusCode(303).header("Location", equalTo(Shop.ISSUER + "/login"));
    assertThat(back.getDetailedCookie("mayfly-session").isHttpOnly()).isTrue();
    assertThat(back.getDetailedCookie("mayfly-session").getSameSite()).isEqualTo("Lax");
    browser
        .get("/login")
        .then()
        .statusCode(200)
        .header("Content-Security-Policy", startsWith("default-src 'none'"))
        .header("Cache-Control", "no-store")
        .body(containsString("spiffe://shop.test/staff/" + ada.name()))
        .body(containsString("engineering"));
  }

  @Test
  void goesOnToAPathOfOurs_butNeverElsewhere() {
    for (String evil :
        List.of("//evil.test", "https://evil.test/", "/\\evil.test", "/login@evil.test", "evil")) {
      Visitor other = new Visitor();
      Map<String, String> request =
          other.begin(
              "/login?next="
                  + java.net.URLEncoder.encode(evil, java.nio.charset.StandardCharsets.UTF_8));
      other
          .comeBack(request, StaffProvider.code(ada, request, Instant.now()))
          .then()
          .header("Location", equalTo(Shop.ISSUER + "/login"));
    }
    Map<String, String> request = browser.begin("/login?next=%2Flogin%2Fdevice");
    browser
        .comeBack(request, StaffProvider.code(ada, request, Instant.now()))
        .then()
        .header("Location", equalTo(Shop.ISSUER + "/login/device"));
  }

  static Stream<Arguments> spoiled() {
    Instant now = Instant.now();
    return Stream.of(
        spoiled("another issuer", token -> token.claim("iss", "https://other.test")),
        spoiled("another audience", token -> token.claim("aud", "other")),
        spoiled("a second audience", token -> token.claim("aud", List.of("mayfly", "other"))),
        spoiled("another party", token -> token.claim("azp", "other")),
        spoiled("another nonce", token -> token.claim("nonce", "other")),
        spoiled("no nonce", token -> token.claim("nonce", "")),
        spoiled("its end", token -> token.claim("exp", now.getEpochSecond() - 1)),
        spoiled("no start", token -> token.claim("iat", "soon")),
        spoiled(
            "the hash of another token", token -> token.claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA")),
        spoiled("no subject", token -> token.claim("sub", "")),
        spoiled("the type of an access token", token -> token.header("typ", "at+jwt")),
        spoiled("no group that comes in", token -> token.claim("groups", List.of("sales"))),
        spoiled(
            "a name that no SPIFFE ID holds", token -> token.claim("preferred_username", "a/b")));
  }

  private static Arguments spoiled(String what, Consumer<TestJwt> how) {
    return arguments(what, how);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("spoiled")
  void nobodyIsLoggedIn_whenTheIdTokenHas(String what, Consumer<TestJwt> how) {
    StaffProvider.changing(how);
    browser.logIn(ada).then().statusCode(403).body(containsString("Not logged in"));
    assertThat(browser.cookies()).doesNotContainKey("mayfly-session");
  }

  @Test
  void nobodyIsLoggedIn_whenAnotherKeySigned() {
    StaffProvider.signingWith(StaffProvider.STRANGER);
    browser.logIn(ada).then().statusCode(403);
  }

  @Test
  void nobodyIsLoggedIn_byAStateThatWasUsedOrIsOfAnotherBrowser() {
    Map<String, String> request = browser.begin("/login");
    Visitor thief = new Visitor();
    thief.begin("/login");
    thief.comeBack(request, StaffProvider.code(ada, request, Instant.now())).then().statusCode(403);
    assertThat(thief.cookies()).doesNotContainKey("mayfly-session");

    Map<String, String> kept = Map.copyOf(browser.cookies());
    comesBack(kept, request).then().statusCode(303);
    comesBack(kept, request).then().statusCode(403); // once, whatever the browser kept of it
  }

  /** With a code of its own each time. */
  private Response comesBack(Map<String, String> cookies, Map<String, String> request) {
    return given()
        .redirects()
        .follow(false)
        .cookies(cookies)
        .queryParam("state", request.get("state"))
        .queryParam("code", StaffProvider.code(ada, request, Instant.now()))
        .queryParam("iss", StaffProvider.issuer())
        .get("/login/callback");
  }

  /** RFC 9207. */
  @Test
  void nobodyIsLoggedIn_whenTheAnswerIsOfAnotherIssuer() {
    for (String iss : List.of("&iss=https://other.test", "")) {
      Map<String, String> request = browser.begin("/login");
      browser
          .get(
              "/login/callback?state="
                  + request.get("state")
                  + "&code="
                  + StaffProvider.code(ada, request, Instant.now())
                  + iss)
          .then()
          .statusCode(403);
    }
  }

  @Test
  void nobodyIsLoggedIn_whenTheProviderSaysNoOrNothing() {
    Map<String, String> request = browser.begin("/login");
    browser
        .get("/login/callback?error=access_denied&state=" + request.get("state"))
        .then()
        .statusCode(403);
    StaffProvider.mood(StaffProvider.Mood.FAILS);
    browser.logIn(ada).then().statusCode(503).header("Retry-After", equalTo("10"));
  }

  @Test
  void groupsComeFromTheUserinfo_whenOnlyItHasThem() {
    StaffProvider.changing(token -> token.claim("groups", null));
    StaffProvider.userinfo(Map.of("sub", ada.name(), "groups", List.of("engineering", "sre")));
    browser.logIn(ada).then().statusCode(303);
    browser.get("/login").then().body(containsString("sre"));

    StaffProvider.userinfo(Map.of("sub", "somebody-else", "groups", List.of("engineering")));
    new Visitor().logIn(ada).then().statusCode(403);
  }

  /** OpenID Connect Core 3.1.2.1: max_age, prompt. */
  @Test
  void freshLoginIsDemanded_andAnOldOneIsNone() {
    browser.logIn(ada).then().statusCode(303);
    String before = browser.cookies().get("mayfly-session");
    Map<String, String> request = browser.begin("/login?max_age=0");
    assertThat(request).containsEntry("max_age", "0").containsEntry("prompt", "login");
    browser
        .comeBack(request, StaffProvider.code(ada, request, Instant.now().minusSeconds(60)))
        .then()
        .statusCode(403);

    Map<String, String> again = browser.begin("/login?max_age=0");
    browser.comeBack(again, StaffProvider.code(ada, again, Instant.now())).then().statusCode(303);
    assertThat(browser.cookies().get("mayfly-session")).isNotEqualTo(before);
    given()
        .cookie("mayfly-session", before)
        .redirects()
        .follow(false)
        .get("/login")
        .then()
        .statusCode(303);
  }

  @Test
  void strongerLoginIsDemanded_andAWeakOneIsNone() {
    Map<String, String> request = browser.begin("/login?acr_values=gold");
    assertThat(request).containsEntry("acr_values", "gold");
    browser
        .comeBack(request, StaffProvider.code(ada, request, Instant.now()))
        .then()
        .statusCode(403);
    StaffProvider.changing(token -> token.claim("acr", "gold"));
    Map<String, String> again = browser.begin("/login?acr_values=gold");
    browser.comeBack(again, StaffProvider.code(ada, again, Instant.now())).then().statusCode(303);
  }

  @Test
  void logoutEndsTheSession_butOnlyByItsOwnForm() {
    browser.logIn(ada);
    String token = browser.formToken("/login");
    browser.post("/login/logout", Map.of("token", "other")).then().statusCode(403);
    browser.get("/login").then().statusCode(200);

    Map<String, String> cookies = Map.copyOf(browser.cookies());
    browser.post("/login/logout", Map.of("token", token)).then().statusCode(200);
    assertThat(browser.cookies()).doesNotContainKey("mayfly-session");
    given().cookies(cookies).redirects().follow(false).get("/login").then().statusCode(303);
  }
}
