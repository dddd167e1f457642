package dev.mayfly.identity;

import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.IdentityEntry;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * What one proof came to: an identity and what is known of it, never a right.
 *
 * @param name the SPIFFE ID
 * @param entry the policy's entry that names it
 * @param attributes the claims of a federated assertion, for conditions; empty for a client of ours
 * @param assertionKey of a single-use assertion, to be used up by whoever acts on it; empty when
 *     the trust lets an assertion be shown again
 * @param assertionUntil the assertion's end: from then on it is dead, to the second
 */
public record Proven(
    String name,
    IdentityEntry entry,
    Map<String, Object> attributes,
    Optional<UUID> assertionKey,
    Instant assertionUntil) {

  /**
   * The same proof, with the identity as this version of the policy describes it; empty when that
   * no longer knows it. A version may have become active since the proof was read.
   */
  public Optional<Proven> under(CompiledPolicy policy) {
    return Optional.ofNullable(policy.policy().identities().get(entry.id()))
        .map(now -> new Proven(name, now, attributes, assertionKey, assertionUntil));
  }

  /** Without the claims. */
  @Override
  public String toString() {
    return "Proven[" + name + "]";
  }
}
