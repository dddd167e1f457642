package dev.mayfly.identity.join;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.IdentityEntry;
import dev.mayfly.policy.Proving;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What an operator wants a join token to be.
 *
 * @param identity the SPIFFE ID that it proves
 * @param attributes what it says of the instance: of the names that the identity's entry lists
 * @param ttl how long it may wait to be used
 * @param reason why it is made, or empty
 * @param actor the operator's SPIFFE ID
 */
public record JoinRequest(
    String identity,
    Map<String, String> attributes,
    Duration ttl,
    String reason,
    String actor,
    String requestId) {

  /** Long enough to start a machine. */
  public static final Duration USUAL = Duration.ofMinutes(10);

  static final Duration SHORTEST = Duration.ofSeconds(10);
  static final Duration LONGEST = Duration.ofHours(1);

  private static final int MAX_TEXT = 255;

  public JoinRequest {
    attributes = Map.copyOf(attributes);
  }

  /** Boundary: exactly an hour will do. */
  Outcome<JoinRequest> check(IdentityEntry entry) {
    if (ttl.compareTo(SHORTEST) < 0 || ttl.compareTo(LONGEST) > 0) {
      return malformed("a join token lives from 10s to 1h");
    }
    if (!isText(reason)) {
      return malformed("a reason is at most 255 characters, none of them a control character");
    }
    Set<String> names = namesOf(entry);
    for (Map.Entry<String, String> one : new TreeMap<>(attributes).entrySet()) {
      if (!names.contains(one.getKey())) {
        return malformed("a token for " + entry.id() + " has no attribute of this name");
      }
      if (one.getValue().isEmpty() || !isText(one.getValue())) {
        return malformed("an attribute has 1 to 255 characters, none of them a control character");
      }
    }
    return Outcome.ok(this);
  }

  /** Which attributes tokens of this entry may have. */
  static Set<String> namesOf(IdentityEntry entry) {
    return entry.proving() instanceof Proving.Join join ? join.attributes() : Set.of();
  }

  private static boolean isText(String text) {
    return text.length() <= MAX_TEXT && text.chars().noneMatch(Character::isISOControl);
  }

  private static Outcome<JoinRequest> malformed(String say) {
    return Outcome.refused(new Refusal.Malformed("malformed-join-token", say));
  }
}
