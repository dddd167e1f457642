package dev.mayfly.http;

import static org.hamcrest.Matchers.equalTo;

import dev.mayfly.http.Staff.Member;
import io.restassured.response.Response;
import java.util.Map;

/** The shop's assistant: how people have it act for them, and how it asks for its tokens. */
final class Assistant {

  static final String NAME = Shop.ASSISTANT.spiffeId();

  private Assistant() {}

  /** The agent acts for this person under logs-reader: nobody needs to decide. */
  static String logs(Member person, String task) {
    return person
        .post("/v1/grants/ensure", delegation("logs-reader", "support-assistant", task))
        .then()
        .statusCode(200)
        .body("state", equalTo("ACTIVE"))
        .extract()
        .path("id");
  }

  static String plainLogs() {
    return "{\"roles\": [\"logs-reader\"], \"reason\": \"looking for the cause\"}";
  }

  static String delegation(String role, String agent, String task) {
    return """
    {"roles": ["%s"], "reason": "looking for the cause", "agent": "%s", "task": "%s"}
    """
        .formatted(role, agent, task);
  }

  static Response token(String role, Map<String, String> more) {
    Map<String, String> form = new java.util.HashMap<>(more);
    form.put("role", role);
    return Shop.ASSISTANT.token(form);
  }

  static String fresh(String role, String grant) {
    return token(role, Map.of("grant", grant))
        .then()
        .statusCode(200)
        .extract()
        .path("access_token");
  }

  static void refusedToMint(Response answer) {
    answer.then().statusCode(400).body("error", equalTo("unauthorized_client"));
  }
}
