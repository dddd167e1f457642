package dev.mayfly.store;

import java.util.UUID;

/** The id of one identity (UUIDv7). */
public record IdentityId(UUID value) {

  /** Reads the canonical text form; throws {@link IllegalArgumentException} on anything else. */
  public static IdentityId of(String text) {
    return new IdentityId(Uuids.parse(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
