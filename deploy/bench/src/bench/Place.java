package bench;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.RevokedStatus;

/**
 * Where a relying service sees that a credential is revoked.
 *
 * @param path of the list, on any node
 * @param says whether these bytes of it say so
 */
record Place(String kind, String path, Predicate<byte[]> says) {

  /** CRL and KRL hold the serial number's octets; a status list a bit. */
  static Place of(String kind, String id, String list, int index) {
    UUID uuid = UUID.fromString(id);
    byte[] low = octets(uuid.getLeastSignificantBits());
    return switch (kind) {
      case "JWT" -> new Place("status list", "/status-lists/" + list, bytes -> bit(bytes, index));
      case "X509" -> {
        byte[] serial = Arrays.copyOf(octets(uuid.getMostSignificantBits()), 16);
        System.arraycopy(low, 0, serial, 8, 8);
        yield new Place("CRL", "/crl/" + list + ".crl", bytes -> holds(bytes, serial));
      }
      case "SSH" -> new Place("KRL", "/ssh/krl", bytes -> holds(bytes, low));
      default -> throw new IllegalStateException(kind);
    };
  }

  /** Where this question is answered, in DER: "revoked" is what it says then. */
  static Place ocsp(byte[] question) {
    String base64 = Base64.getEncoder().encodeToString(question);
    return new Place(
        "OCSP", "/ocsp/" + base64.replace("/", "%2F").replace("+", "%2B"), Place::isRevoked);
  }

  /** A list can be waited for; an answer cannot. */
  boolean isAskedAgain() {
    return kind.equals("OCSP");
  }

  private static boolean isRevoked(byte[] answer) {
    try {
      return new OCSPResp(answer).getResponseObject() instanceof BasicOCSPResp basic
          && basic.getResponses()[0].getCertStatus() instanceof RevokedStatus;
    } catch (IOException | OCSPException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] octets(long number) {
    return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
  }

  private static boolean holds(byte[] bytes, byte[] wanted) {
    for (int i = 0; i <= bytes.length - wanted.length; i++) {
      if (bytes[i] == wanted[0]
          && Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
        return true;
      }
    }
    return false;
  }

  private static boolean bit(byte[] jwt, int index) {
    String payload = new String(jwt, StandardCharsets.US_ASCII).split("\\.")[1];
    String json = new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8);
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(Base64.getUrlDecoder().decode(Wire.text(json, "lst")));
      ByteArrayOutputStream bits = new ByteArrayOutputStream();
      byte[] buffer = new byte[8192];
      while (!inflater.finished()) {
        bits.write(buffer, 0, inflater.inflate(buffer));
      }
      return (bits.toByteArray()[index / 8] >> (index % 8) & 1) == 1;
    } catch (DataFormatException e) {
      throw new IllegalStateException(e);
    } finally {
      inflater.end();
    }
  }
}
