package dev.mayfly.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

/** The bodies of errors are JSON whatever they say: a condition's text may hold quotes. */
class ErrorsTest {

  private static final String SAY = "does not hold: request.ticket.startsWith(\"OPS-\\\\\")\n";

  @Test
  void detailIsOneText_whateverItHolds() {
    JsonObject problem = new JsonObject(Errors.problemJson(403, "condition-not-met", SAY));
    assertThat(problem.getString("detail")).isEqualTo(SAY);
    assertThat(problem.getString("title")).isEqualTo("condition not met");
    assertThat(problem.fieldNames()).containsExactly("type", "title", "status", "detail");
  }

  @Test
  void descriptionIsOneText_whateverItHolds() {
    JsonObject error = new JsonObject(Errors.oauthJson("invalid_request", SAY));
    assertThat(error.getString("error_description")).isEqualTo(SAY);
  }
}
