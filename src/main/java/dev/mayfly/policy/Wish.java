package dev.mayfly.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a person asks to be given.
 *
 * @param duration the role's usual one when absent
 * @param start when it should begin; at once when absent
 * @param scopes none: all that may be given
 * @param audiences none: all that may be given
 * @param target what it is to be used on, in the requester's words
 * @param inputs values for the role's inputs: text, whole numbers, booleans
 * @param checks what outside facts came to, by name; one that is missing was not asked
 */
public record Wish(
    String role,
    Optional<Duration> duration,
    String reason,
    Optional<String> ticket,
    Optional<Instant> start,
    Set<String> scopes,
    List<String> audiences,
    Optional<String> target,
    Map<String, Object> inputs,
    Map<String, Fact> checks) {

  public Wish {
    scopes = Set.copyOf(scopes);
    audiences = List.copyOf(audiences);
    inputs = Map.copyOf(inputs);
    checks = Map.copyOf(checks);
  }

  /** The same, with what was heard of the outside. */
  public Wish with(Map<String, Fact> heard) {
    return new Wish(
        role, duration, reason, ticket, start, scopes, audiences, target, inputs, heard);
  }
}
