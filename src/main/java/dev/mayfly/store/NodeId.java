package dev.mayfly.store;

import java.util.UUID;

/** The id of one broker node (UUIDv7). */
public record NodeId(UUID value) {

  /** Reads the canonical text form; throws {@link IllegalArgumentException} on anything else. */
  public static NodeId of(String text) {
    return new NodeId(Uuids.parse(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
