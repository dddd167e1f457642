package dev.mayfly.key;

import dev.mayfly.store.KeyId;
import java.time.Instant;
import java.util.Optional;

/**
 * What the table says of one signing key, without its private part.
 *
 * @param publishedVersion the rings' version that first showed it
 * @param publishedAt when every live node had loaded that version
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
    Optional<Instant> removedAt) {

  boolean is(KeyState other) {
    return state == other;
  }
}
