package dev.mayfly.delivery;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A message of the outbox, as it was committed with what it tells of.
 *
 * @param id the same at every try: a receiver knows by it what it has seen
 * @param key messages of one key are delivered in order
 */
record Message(UUID id, Instant at, String topic, String key, JsonObject payload) {

  /** A fact of the payload, if it has it. */
  Optional<String> fact(String name) {
    return Optional.ofNullable(payload.getValue(name))
        .map(Object::toString)
        .filter(text -> !text.isBlank());
  }
}
