package dev.mayfly.grant.check;

import dev.mayfly.policy.Assessment;
import dev.mayfly.policy.Check;
import dev.mayfly.policy.RequestRules;
import dev.mayfly.policy.Wish;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request that outside facts are asked about: who wants what for whom, as docs/elevation.md has
 * it on the wire.
 *
 * @param requester the SPIFFE ID of who asks
 * @param holder the SPIFFE ID of who is to hold it
 * @param grant its id, once it is filed
 * @param assessment what would be given
 */
public record Question(
    String requester, String holder, Optional<String> grant, Wish wish, Assessment assessment) {

  List<Check> checks() {
    return assessment.role().request().map(RequestRules::checks).orElse(List.of());
  }

  /** One check's question; what was not said is not there. */
  JsonObject json(String id, Check check) {
    JsonObject json =
        new JsonObject()
            .put("id", id)
            .put("check", check.name())
            .put("role", wish.role())
            .put("requester", requester)
            .put("holder", holder)
            .put("reason", wish.reason())
            .put("inputs", new JsonObject(Map.copyOf(assessment.inputs())))
            .put("scopes", new JsonArray(List.copyOf(assessment.scopes())))
            .put("audiences", new JsonArray(List.copyOf(assessment.audiences())))
            .put("duration", assessment.duration().toString());
    grant.ifPresent(text -> json.put("grant", text));
    wish.ticket().ifPresent(text -> json.put("ticket", text));
    wish.target().ifPresent(text -> json.put("target", text));
    wish.start().ifPresent(start -> json.put("start", start.toString()));
    return json;
  }
}
