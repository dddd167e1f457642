package dev.mayfly.credential.x509;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** Takes the armour off a request (RFC 7468 7): exactly one block and nothing around it. */
final class RequestPem {

  /** The second is what {@code keytool} writes. */
  private static final List<String> LABELS =
      List.of("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST");

  private RequestPem() {}

  /** The DER inside, or the very bytes where they are no PEM. */
  static byte[] der(byte[] sent) throws NotDer {
    if (sent.length > 0 && sent[0] == Der.SEQUENCE) {
      return sent;
    }
    String text = new String(sent, StandardCharsets.ISO_8859_1).strip();
    for (String label : LABELS) {
      String begin = "-----BEGIN " + label + "-----";
      String end = "-----END " + label + "-----";
      if (text.startsWith(begin)
          && text.endsWith(end)
          && text.length() > begin.length() + end.length()) {
        return decoded(text.substring(begin.length(), text.length() - end.length()));
      }
    }
    throw new NotDer("this is no request in DER, nor one block of PEM around it");
  }

  private static byte[] decoded(String base64) throws NotDer {
    StringBuilder dense = new StringBuilder(base64.length());
    for (int i = 0; i < base64.length(); i++) {
      char character = base64.charAt(i);
      if (" \t\r\n".indexOf(character) < 0) {
        dense.append(character);
      }
    }
    try {
      return Base64.getDecoder().decode(dense.toString());
    } catch (IllegalArgumentException e) {
      throw new NotDer("the PEM block is not base64");
    }
  }
}
