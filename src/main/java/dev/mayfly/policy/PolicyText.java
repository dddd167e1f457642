package dev.mayfly.policy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The text of a policy document: two are the same revision only when every byte is. */
record PolicyText(String text) {

  byte[] sha256() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  boolean hasSha256(byte[] other) {
    return MessageDigest.isEqual(sha256(), other);
  }
}
