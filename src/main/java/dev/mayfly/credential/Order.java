package dev.mayfly.credential;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.key.RingName;
import dev.mayfly.key.SigningKey;
import dev.mayfly.policy.Allowed;
import dev.mayfly.policy.Role;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import java.time.InstantSource;
import java.util.Optional;

/**
 * What one mint is to make, and for which key: a kind of credential's part in it. Adding a kind is
 * adding a package that makes these; nothing of the way down knows which kinds there are.
 */
public interface Order {

  /** The word in the ledger's {@code kind} column. */
  String kind();

  /** What carries its revocation. */
  ListKind list();

  /** The ring whose ACTIVE key signs what this role gives. */
  RingName ring(Role role);

  /**
   * Thumbprint of the key that it is bound to or made out to; none: whoever holds it may use it.
   *
   * @param role that it is minted for, which may want it bound
   */
  Optional<String> thumbprint(Role role);

  /**
   * Loads what this node lacks to make something with this key: asked before {@link #objection} and
   * before {@link #sign}, which answer from memory.
   */
  default Uni<Void> ready(SigningKey key) {
    return Uni.createFrom().voidItem();
  }

  /**
   * Why it cannot be made, though policy allows it: asked before anything is recorded.
   *
   * @param key that would sign it
   */
  default Optional<Refusal> objection(Allowed allowed, SigningKey key) {
    return Optional.empty();
  }

  /** The credential's id; one whose id is a serial number has to be unpredictable. */
  default CredentialId newId(InstantSource clock) {
    return new CredentialId(Uuids.next(clock));
  }

  /**
   * Whether what it signs holds things of the role that are no facts: then it is delivered again
   * under the policy that it was recorded under only, never half of one and half of another.
   */
  default boolean holdsOfTheRole() {
    return false;
  }

  /**
   * Signs recorded facts: called after the commit, never before (rule 2).
   *
   * @param role as the policy has it now, for what no column holds
   * @return refused where the key's authority has gone since the facts were recorded
   */
  Outcome<String> sign(Facts facts, Role role, SigningKey key);
}
