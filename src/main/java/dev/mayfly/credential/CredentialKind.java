package dev.mayfly.credential;

import dev.mayfly.key.RingName;
import dev.mayfly.key.SigningKey;
import dev.mayfly.policy.Role;

/**
 * One kind of credential; adding a kind is adding a package with one of these. Revocation of every
 * kind that has a {@link Slot} is carried by its status list.
 */
public interface CredentialKind {

  /** The word in the ledger's {@code kind} column. */
  String name();

  /** The ring whose ACTIVE key signs what this role gives. */
  RingName ring(Role role);

  /** Signs recorded facts: called after the commit, never before (rule 2). */
  String sign(Facts facts, SigningKey key);
}
