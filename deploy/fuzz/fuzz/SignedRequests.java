package fuzz;

import dev.mayfly.credential.x509.CertificationRequest;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Requests signed by the key they are for, whose subject and attributes are whatever comes: behind
 * the signature, where mutated requests never get.
 */
public final class SignedRequests {

  private static final byte[] VERSION = HexFormat.of().parseHex("020100");
  private static final byte[] ES256 = HexFormat.of().parseHex("300a06082a8648ce3d040302");
  private static final int SEQUENCE = 0x30;
  private static final int ATTRIBUTES = 0xa0;
  private static final int BIT_STRING = 3;

  private static final KeyPair KEY = key();

  private SignedRequests() {}

  /** Loads what a broker has loaded long before it is asked. */
  public static void fuzzerInitialize() throws GeneralSecurityException {
    fuzzerTestOneInput(new byte[] {0, 0});
  }

  /** The first octet says how many of the rest are the subject's content. */
  public static void fuzzerTestOneInput(byte[] data) throws GeneralSecurityException {
    if (data.length == 0) {
      return;
    }
    int split = Math.min(Byte.toUnsignedInt(data[0]), data.length - 1);
    byte[] subject = der(SEQUENCE, Arrays.copyOfRange(data, 1, 1 + split));
    byte[] attributes = der(ATTRIBUTES, Arrays.copyOfRange(data, 1 + split, data.length));
    byte[] info =
        der(SEQUENCE, concat(VERSION, subject, KEY.getPublic().getEncoded(), attributes));
    Signature engine = Signature.getInstance("SHA256withECDSA");
    engine.initSign(KEY.getPrivate());
    engine.update(info);
    byte[] signature = der(BIT_STRING, concat(new byte[1], engine.sign()));
    CertificationRequest.parse(der(SEQUENCE, concat(info, ES256, signature)));
  }

  private static KeyPair key() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] der(int tag, byte[] content) {
    ByteArrayOutputStream to = new ByteArrayOutputStream();
    to.write(tag);
    int length = content.length;
    if (length > 0xff) {
      to.write(0x82);
      to.write(length >>> Byte.SIZE);
    } else if (length > 0x7f) {
      to.write(0x81);
    }
    to.write(length);
    to.writeBytes(content);
    return to.toByteArray();
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
