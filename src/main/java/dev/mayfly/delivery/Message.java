package dev.mayfly.delivery;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * A message of the outbox, as it was committed with what it tells of.
 *
 * @param id the same at every try: a receiver knows by it what it has seen
 * @param key messages of one key are delivered in order
 */
record Message(UUID id, Instant at, String topic, String key, JsonObject payload) {

  /** A fact of the payload as people read it, if it has it. */
  Optional<String> fact(String name) {
    return Optional.ofNullable(payload.getValue(name))
        .map(Message::words)
        .filter(text -> !text.isBlank());
  }

  private static String words(Object value) {
    return switch (value) {
      case JsonArray list ->
          list.stream()
              .filter(Objects::nonNull)
              .map(Message::words)
              .collect(Collectors.joining(" "));
      case JsonObject members ->
          members.stream()
              .filter(member -> member.getValue() != null)
              .map(member -> member.getKey() + "=" + words(member.getValue()))
              .collect(Collectors.joining("  "));
      default -> value.toString();
    };
  }
}
