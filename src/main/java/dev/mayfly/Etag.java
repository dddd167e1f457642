package dev.mayfly;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** A strong entity tag, quoted, made from the bytes it names (RFC 9110 8.8.3). */
public final class Etag {

  private static final int BYTES = 16;

  private Etag() {}

  /** The same bytes have the same tag on every node. */
  public static String of(byte[] document) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(document);
      String text =
          Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, BYTES));
      return '"' + text + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
