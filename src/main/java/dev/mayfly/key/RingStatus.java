package dev.mayfly.key;

import dev.mayfly.store.KeyId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that is needed to decide what a ring's keys are due for, as the database saw it at one
 * moment.
 *
 * @param keys those not REMOVED
 * @param acknowledged the version of the rings that every live node has loaded
 * @param now the database's clock
 */
record RingStatus(List<KeyRecord> keys, long acknowledged, Instant now) {

  /** There is at most one: the table has a unique index on it. */
  Optional<KeyRecord> active() {
    return first(KeyState.ACTIVE);
  }

  /** There is at most one: the table has a unique index on it. */
  Optional<KeyRecord> prepared() {
    return first(KeyState.PREPARED);
  }

  Optional<KeyRecord> key(KeyId id) {
    return keys.stream().filter(key -> key.id().equals(id)).findFirst();
  }

  private Optional<KeyRecord> first(KeyState state) {
    return keys.stream().filter(key -> key.is(state)).findFirst();
  }
}
