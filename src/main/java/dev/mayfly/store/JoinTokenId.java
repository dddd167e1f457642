package dev.mayfly.store;

import java.util.UUID;

/** The id of one join token (UUIDv7); not the token, which only its holder knows. */
public record JoinTokenId(UUID value) {

  /** Reads the canonical text form; throws {@link IllegalArgumentException} on anything else. */
  public static JoinTokenId of(String text) {
    return new JoinTokenId(Uuids.parse(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
