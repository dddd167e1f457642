package dev.mayfly.key;

import dev.mayfly.store.KeyId;
import java.time.Instant;
import java.util.Optional;

/**
 * What the table says of one signing key, without its private part.
 *
 * @param publishedVersion the rings' version that first showed it
 * @param publishedAt when every live node had loaded that version
 * @param listsOverAt of a CA past its end: when its last list had run out
 */
public record KeyRecord(
    KeyId id,
    RingName ring,
    KeyState state,
    long publishedVersion,
    Instant preparedAt,
    Optional<Instant> publishedAt,
    Optional<Instant> activatedAt,
    Instant notAfter,
    Optional<Instant> retiringAt,
    Optional<Instant> retiredAt,
    Optional<Instant> taintedAt,
    Optional<Instant> removedAt,
    Optional<Instant> listsOverAt) {

  /**
   * Whether it has still something to say: of a key that alone signs what takes back what it
   * signed, until the last of those lists has run out (rule 6).
   */
  boolean owesLists() {
    return ring.signsItsOwnLists() && listsOverAt.isEmpty();
  }

  boolean is(KeyState other) {
    return state == other;
  }
}
