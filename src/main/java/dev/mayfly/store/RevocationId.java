package dev.mayfly.store;

import java.util.UUID;

/** The id of one revocation (UUIDv7). */
public record RevocationId(UUID value) {

  /** Reads the canonical text form; throws {@link IllegalArgumentException} on anything else. */
  public static RevocationId of(String text) {
    return new RevocationId(Uuids.parse(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
