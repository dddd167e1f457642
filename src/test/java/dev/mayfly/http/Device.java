package dev.mayfly.http;

import static io.restassured.RestAssured.given;

import io.restassured.response.Response;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** A terminal with a key of its own, which logs its person in (RFC 8628). */
final class Device {

  static final String DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";

  private final Holder holder;
  private Map<String, Object> begun = Map.of();

  Device() {
    this(new Holder());
  }

  Device(Holder holder) {
    this.holder = holder;
  }

  Holder holder() {
    return holder;
  }

  Response begin(Map<String, String> more) {
    Response answer = post("/oauth/device_authorization", more);
    if (answer.statusCode() == 200) {
      begun = answer.jsonPath().getMap("$");
    }
    return answer;
  }

  String userCode() {
    return String.valueOf(begun.get("user_code"));
  }

  /** Asks whether it was confirmed. */
  Response poll() {
    return poll(this);
  }

  /** As {@link #poll()}, with the code that another device was given. */
  Response poll(Device other) {
    return post(
        "/oauth/token",
        Map.of(
            "grant_type",
            DEVICE_CODE,
            "device_code",
            String.valueOf(other.begun.get("device_code"))));
  }

  Response renew(String refreshToken) {
    return post(
        "/oauth/token", Map.of("grant_type", "refresh_token", "refresh_token", refreshToken));
  }

  static Response revoke(String token) {
    return given()
        .formParam("client_id", "mayfly-cli")
        .formParam("token", token)
        .post("/oauth/revoke");
  }

  /** The whole way: what the person's terminal gets. */
  Response logIn(Visitor browser) {
    begin(Map.of()).then().statusCode(200);
    confirm(browser).then().statusCode(200);
    return poll();
  }

  Response confirm(Visitor browser) {
    String token = browser.formToken("/login/device");
    return browser.post(
        "/login/device/decision",
        Map.of("token", token, "user_code", userCode(), "decision", "confirm"));
  }

  static Visitor browserOf(StaffProvider.Somebody who) {
    Visitor browser = new Visitor();
    Map<String, String> request = browser.begin("/login");
    browser
        .comeBack(request, StaffProvider.code(who, request, Instant.now()))
        .then()
        .statusCode(303);
    return browser;
  }

  private Response post(String path, Map<String, String> form) {
    Map<String, String> all = new HashMap<>(form);
    all.putIfAbsent("client_id", "mayfly-cli");
    return given()
        .header("DPoP", holder.signed(holder.proof("POST", Shop.ISSUER + path)))
        .formParams(all)
        .post(path);
  }
}
