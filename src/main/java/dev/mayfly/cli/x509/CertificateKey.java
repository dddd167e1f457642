package dev.mayfly.cli.x509;

import dev.mayfly.cli.broker.Stop;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * A P-256 key for certificates: as text in a file, and as a request that proves that it is held.
 * The request asks for nothing else: names are the policy's to say.
 */
public final class CertificateKey {

  /**
   * PKCS#8 around RFC 5915 with the public key, as OpenSSL writes a P-256 key: what stands before
   * the number, and between it and the point. No other form is read, so none is misread.
   */
  private static final byte[] BEFORE_NUMBER =
      hex("308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420");

  private static final byte[] BEFORE_POINT = hex("a144034200");

  /** SubjectPublicKeyInfo of P-256 up to the point (RFC 5480 2). */
  private static final byte[] SPKI = hex("3059301306072a8648ce3d020106082a8648ce3d030107034200");

  private static final byte[] ECDSA_SHA256 = hex("300a06082a8648ce3d040302");

  /** Version 0 and a subject without a name (RFC 2986 4.1). */
  private static final byte[] NOBODY = hex("0201003000");

  private static final byte[] NO_ATTRIBUTES = hex("a000");

  private static final int NUMBER = 32;
  private static final int POINT = 65;
  private static final int SEQUENCE = 0x30;
  private static final int BIT_STRING = 0x03;

  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  private final PrivateKey key;
  private final byte[] pkcs8;
  private final byte[] point;

  private CertificateKey(PrivateKey key, byte[] pkcs8, byte[] point) {
    this.key = key;
    this.pkcs8 = pkcs8;
    this.point = point;
  }

  /** A new one. */
  public static CertificateKey fresh() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair pair = generator.generateKeyPair();
      byte[] spki = ((ECPublicKey) pair.getPublic()).getEncoded();
      byte[] point = Arrays.copyOfRange(spki, spki.length - POINT, spki.length);
      byte[] number = octets(((ECPrivateKey) pair.getPrivate()).getS());
      byte[] pkcs8 = concat(BEFORE_NUMBER, number, BEFORE_POINT, point);
      return new CertificateKey(pair.getPrivate(), pkcs8, point);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java makes P-256 keys", e);
    }
  }

  /** Of a file's text, as this class or OpenSSL wrote it. */
  public static CertificateKey read(String text) throws Stop {
    int begin = text.indexOf(BEGIN);
    int end = text.indexOf(END);
    try {
      if (begin >= 0 && end > begin) {
        return of(Base64.getMimeDecoder().decode(text.substring(begin + BEGIN.length(), end)));
      }
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      // Told below, as any other text that is no such key.
    }
    throw unknown();
  }

  private static CertificateKey of(byte[] pkcs8) throws GeneralSecurityException, Stop {
    int afterNumber = BEFORE_NUMBER.length + NUMBER;
    int beforePoint = afterNumber + BEFORE_POINT.length;
    boolean known =
        pkcs8.length == beforePoint + POINT
            && startsWith(pkcs8, 0, BEFORE_NUMBER)
            && startsWith(pkcs8, afterNumber, BEFORE_POINT);
    if (!known) {
      throw unknown();
    }
    PrivateKey key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    byte[] point = Arrays.copyOfRange(pkcs8, beforePoint, pkcs8.length);
    CertificateKey read = new CertificateKey(key, pkcs8, point);
    if (!read.isWhole()) {
      throw Stop.usage(
          "the two halves of the key do not belong together", "take a new one: rm the file");
    }
    return read;
  }

  private static Stop unknown() {
    return Stop.usage(
        "that is no P-256 key in PKCS#8",
        "for any other: openssl req -new -key FILE -subj / | mayfly certificate x509 --csr - ...");
  }

  private boolean isWhole() throws GeneralSecurityException {
    byte[] text = {1};
    PublicKey other =
        KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(concat(SPKI, point)));
    Signature check = Signature.getInstance("SHA256withECDSA");
    check.initVerify(other);
    check.update(text);
    return check.verify(signed(text));
  }

  /** The private key, for a file of its owner's alone. */
  public String pem() {
    return BEGIN + "\n" + lines(pkcs8) + "\n" + END + "\n";
  }

  /** PKCS#10 in PEM (RFC 2986 4.2). */
  public String request() {
    byte[] info = tlv(SEQUENCE, concat(NOBODY, SPKI, point, NO_ATTRIBUTES));
    try {
      byte[] signature = tlv(BIT_STRING, concat(new byte[1], signed(info)));
      byte[] request = tlv(SEQUENCE, concat(info, ECDSA_SHA256, signature));
      return "-----BEGIN CERTIFICATE REQUEST-----\n"
          + lines(request)
          + "\n-----END CERTIFICATE REQUEST-----\n";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a key that was read or made signs", e);
    }
  }

  private byte[] signed(byte[] text) throws GeneralSecurityException {
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(key);
    signature.update(text);
    return signature.sign();
  }

  /** Nothing in such a request is longer than 255 octets. */
  private static byte[] tlv(int tag, byte[] content) {
    int length = content.length;
    byte[] head =
        length < 0x80
            ? new byte[] {(byte) tag, (byte) length}
            : new byte[] {(byte) tag, (byte) 0x81, (byte) length};
    return concat(head, content);
  }

  private static byte[] octets(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] fixed = new byte[NUMBER];
    int length = Math.min(bytes.length, NUMBER);
    System.arraycopy(bytes, bytes.length - length, fixed, NUMBER - length, length);
    return fixed;
  }

  private static boolean startsWith(byte[] text, int at, byte[] part) {
    return Arrays.equals(text, at, at + part.length, part, 0, part.length);
  }

  private static byte[] concat(byte[]... parts) {
    int length = Arrays.stream(parts).mapToInt(part -> part.length).sum();
    byte[] whole = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    return whole;
  }

  private static String lines(byte[] der) {
    return Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text);
  }
}
