package dev.mayfly.store;

import java.util.UUID;

/** The id of one credential, the jti of a JWT (UUIDv7). */
public record CredentialId(UUID value) {

  /** Reads the canonical text form; throws {@link IllegalArgumentException} on anything else. */
  public static CredentialId of(String text) {
    return new CredentialId(Uuids.parse(text));
  }

  @Override
  public String toString() {
    return value.toString();
  }
}
