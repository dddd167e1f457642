package dev.mayfly.http;

import static io.restassured.RestAssured.given;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A browser that keeps its cookies and follows nothing by itself. */
final class Visitor {

  private static final Pattern TOKEN = Pattern.compile("name=\"token\" value=\"([^\"]+)\"");

  private final Map<String, String> cookies = new HashMap<>();

  Map<String, String> cookies() {
    return cookies;
  }

  Response get(String path) {
    return kept(request().get(path));
  }

  Response post(String path, Map<String, String> form) {
    return kept(request().formParams(form).post(path));
  }

  /** Begins a login: what the provider is asked. */
  Map<String, String> begin(String path) {
    Response away = get(path);
    away.then().statusCode(303);
    return StaffProvider.form(URI.create(away.getHeader("Location")).getRawQuery());
  }

  /** The way back from the provider. */
  Response comeBack(Map<String, String> request, String code) {
    return get(
        "/login/callback?state="
            + request.get("state")
            + "&code="
            + code
            + "&iss="
            + StaffProvider.issuer());
  }

  Response logIn(StaffProvider.Somebody who) {
    Map<String, String> request = begin("/login");
    return comeBack(request, StaffProvider.code(who, request, Instant.now()));
  }

  /** What this session's forms have to show. */
  String formToken(String path) {
    Matcher found = TOKEN.matcher(get(path).asString());
    if (!found.find()) {
      throw new AssertionError("no form on " + path);
    }
    return found.group(1);
  }

  private RequestSpecification request() {
    return given().redirects().follow(false).cookies(cookies).urlEncodingEnabled(false);
  }

  private Response kept(Response answer) {
    answer
        .getDetailedCookies()
        .forEach(
            cookie -> {
              if (cookie.getMaxAge() == 0) {
                cookies.remove(cookie.getName());
              } else {
                cookies.put(cookie.getName(), cookie.getValue());
              }
            });
    return answer;
  }
}
