package dev.mayfly.store;

import java.util.UUID;

/** The id of one message's way through one channel (UUIDv7). */
public record DeliveryId(UUID value) {

  /** Reads the canonical text form; throws {@link IllegalArgumentException} on anything else. */
  public static DeliveryId of(String text) {
    return new DeliveryId(Uuids.parse(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
