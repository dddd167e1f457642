package dev.mayfly.key;

/** Where a signing key stands; {@code docs/decisions/0005-key-rings.md} has the picture. */
public enum KeyState {
  /** Published, not used yet. */
  PREPARED,
  /** Signs; exactly one in a ring (rule 5). */
  ACTIVE,
  /** Verifies what it has signed, signs nothing new. */
  RETIRING,
  /** Everything it signed has run out; its private part is gone. */
  RETIRED,
  /** Not to be believed: everything it signed is revoked; its private part is gone. */
  TAINTED,
  /** Only its row is left, for the history. */
  REMOVED
}
