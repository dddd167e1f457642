package dev.mayfly.http.grants;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.RequestRules;
import dev.mayfly.policy.Role;
import dev.mayfly.policy.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What somebody sends to request roles.
 *
 * @param roles one or several; everything else is for each of them
 * @param holder the SPIFFE ID of who is to hold them, where that is somebody else
 * @param agent who is to act under it for the asker: a SPIFFE ID, or an entry of the policy
 * @param task what the agent does; there exactly when it is
 * @param inputs each role takes those that it declares
 * @param breakGlass to be taken at once
 * @param confirmed that this is meant, said a second time
 */
record RequestBody(
    List<String> roles,
    Optional<Duration> duration,
    String reason,
    Optional<String> ticket,
    Optional<Instant> start,
    Set<String> scopes,
    List<String> audiences,
    Optional<String> target,
    Map<String, Object> inputs,
    Optional<String> holder,
    Optional<String> agent,
    Optional<String> task,
    boolean breakGlass,
    boolean confirmed) {

  private static final int MOST_ROLES = 10;

  /** It stands in tokens, logs and screens: nothing in it needs care. */
  private static final Pattern TASK = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}");

  static Outcome<RequestBody> parse(byte @Nullable [] json) {
    return Body.parse(json)
        .then(
            body ->
                body.done(
                    new RequestBody(
                        body.texts("roles"),
                        body.duration("duration"),
                        body.required("reason"),
                        body.text("ticket"),
                        body.instant("start"),
                        Set.copyOf(body.texts("scopes")),
                        body.texts("audiences"),
                        body.text("target"),
                        body.values("inputs"),
                        body.text("for"),
                        body.text("agent"),
                        body.text("task"),
                        body.flag("break_glass"),
                        body.flag("confirm"))))
        .then(RequestBody::someRoles)
        .then(RequestBody::oneTask);
  }

  private static Outcome<RequestBody> oneTask(RequestBody body) {
    if (body.agent().isPresent() != body.task().isPresent()) {
      return malformed("agent and task must be given together");
    }
    if (body.agent().isPresent() && body.roles().size() > 1) {
      return malformed("roles must name one role for an agent");
    }
    return body.task().filter(task -> !TASK.matcher(task).matches()).isPresent()
        ? malformed("task must be 1 to 128 letters, digits and . _ : / -, no blank")
        : Outcome.ok(body);
  }

  private static Outcome<RequestBody> malformed(String say) {
    return Outcome.refused(new Refusal.Malformed("malformed-parameter", say));
  }

  private static Outcome<RequestBody> someRoles(RequestBody body) {
    return body.roles().isEmpty() || body.roles().size() > MOST_ROLES
        ? Outcome.refused(
            new Refusal.Malformed(
                "malformed-parameter", "roles must name 1 to " + MOST_ROLES + " roles"))
        : Outcome.ok(body);
  }

  /** One wish for each role. An input that no role declares is refused where it arrives. */
  List<Wish> wishes(CompiledPolicy policy) {
    return roles.stream().map(role -> wish(role, policy)).toList();
  }

  private Wish wish(String role, CompiledPolicy policy) {
    return new Wish(
        role,
        duration,
        reason,
        ticket,
        start,
        scopes,
        audiences,
        target,
        inputsOf(role, policy),
        Map.of());
  }

  private Map<String, Object> inputsOf(String role, CompiledPolicy policy) {
    if (roles.size() == 1) {
      return inputs;
    }
    Set<String> declared =
        policy
            .role(role)
            .flatMap(Role::request)
            .map(RequestRules::inputs)
            .map(Map::keySet)
            .orElse(Set.of());
    Map<String, Object> some = new HashMap<>(inputs);
    some.keySet().retainAll(declared);
    return some;
  }
}
