package dev.mayfly.credential.x509;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Writes certificates and requests as text (RFC 7468). */
public final class Pem {

  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private Pem() {}

  public static String certificate(byte[] der) {
    return block("CERTIFICATE", der);
  }

  /** RFC 7468 7. */
  static String request(byte[] der) {
    return block("CERTIFICATE REQUEST", der);
  }

  /** RFC 7468 10: PKCS #8. */
  static String privateKey(byte[] der) {
    return block("PRIVATE KEY", der);
  }

  private static String block(String label, byte[] der) {
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
        .formatted(label, LINES.encodeToString(der));
  }
}
