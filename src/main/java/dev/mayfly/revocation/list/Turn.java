package dev.mayfly.revocation.list;

import dev.mayfly.key.KeyState;
import dev.mayfly.store.KeyId;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * The publisher's turn: what holds while it is the only one.
 *
 * @param seq the number to give; strictly increasing over all publications
 * @param now the second by the database's clock
 * @param keys where every key that is not gone stands, by the database: what a node remembers of a
 *     superseded or tainted key does not sign
 */
public record Turn(long seq, Instant now, Map<KeyId, KeyState> keys) {

  /** Where this key stands; empty for one that is retired or removed. */
  public Optional<KeyState> stateOf(KeyId key) {
    return Optional.ofNullable(keys.get(key));
  }
}
