package dev.mayfly.store;

import java.util.UUID;

/** The id of one grant (UUIDv7). */
public record GrantId(UUID value) {

  /** Reads the canonical text form; throws {@link IllegalArgumentException} on anything else. */
  public static GrantId of(String text) {
    return new GrantId(Uuids.parse(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
