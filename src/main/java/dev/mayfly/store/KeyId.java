package dev.mayfly.store;

/** The id of one signing key: its {@code kid}, an RFC 7638 thumbprint (SHA-256, base64url). */
public record KeyId(String value) {

  @Override
  public String toString() {
    return value;
  }
}
