package dev.mayfly.grant;

import dev.mayfly.policy.Assessment;
import dev.mayfly.policy.CheckResult;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * Who moves a grant and why: half of the audit event that goes with it (rule 8).
 *
 * @param actor a SPIFFE ID, or {@code system:...}
 * @param cause a stable word, or an operator's reason
 * @param requestId of the HTTP request, or empty
 * @param facts what the outside facts came to that were asked for it
 */
public record Because(String actor, String cause, String requestId, List<CheckResult> facts) {

  public Because {
    facts = List.copyOf(facts);
  }

  /** Where no outside fact played a part. */
  public Because(String actor, String cause, String requestId) {
    this(actor, cause, requestId, List.of());
  }

  /** The same, resting on what the assessment heard of the outside. */
  Because resting(Assessment assessment) {
    return new Because(actor, cause, requestId, assessment.facts());
  }

  /** {@code {"checks": {"checks.NAME": {"result": ..., "why": ...}}}}; empty without facts. */
  static JsonObject detail(List<CheckResult> facts) {
    JsonObject all = new JsonObject();
    for (CheckResult fact : facts) {
      all.put(
          fact.name(), new JsonObject().put("result", fact.result().name()).put("why", fact.why()));
    }
    return all.isEmpty() ? all : new JsonObject().put("checks", all);
  }
}
