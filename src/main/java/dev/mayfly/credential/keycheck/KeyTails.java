package dev.mayfly.credential.keycheck;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * The digests by which lists name a public key, each by its last 64 bits. A key has all of them
 * whichever way it came: one that {@code ssh-keygen} made may be in a request for X.509.
 */
final class KeyTails {

  /** What {@code ssh-keygen} took then, so what openssh-blacklist was made with. */
  private static final BigInteger SSH_EXPONENT_OF_2008 = BigInteger.valueOf(35);

  private static final byte[] SSH_RSA = "ssh-rsa".getBytes(StandardCharsets.US_ASCII);

  private KeyTails() {}

  static long[] of(PublicKey key) {
    return switch (key) {
      case RSAPublicKey rsa -> rsa(rsa);
      case ECPublicKey ec -> {
        byte[] x = unsigned(ec.getW().getAffineX());
        yield new long[] {info(key), tail(digest("SHA-256").digest(x))};
      }
      default -> new long[] {info(key)};
    };
  }

  /**
   * With the exponent of 2008 in place of the key's own, too: whoever has the primes may choose any
   * exponent, and small ones are refused before anything is looked up.
   */
  private static long[] rsa(RSAPublicKey key) {
    BigInteger modulus = key.getModulus();
    byte[] unsigned = unsigned(modulus);
    return new long[] {
      info(key),
      tail(digest("SHA-256").digest(unsigned)),
      tail(digest("SHA-1").digest(asOpensslPrints(unsigned))),
      tail(sshBlob(key.getPublicExponent(), modulus)),
      tail(sshBlob(SSH_EXPONENT_OF_2008, modulus))
    };
  }

  /** Over the SubjectPublicKeyInfo. */
  private static long info(PublicKey key) {
    return tail(digest("SHA-256").digest(key.getEncoded()));
  }

  /** Big-endian, and no zero before the first digit. */
  private static byte[] unsigned(BigInteger number) {
    byte[] signed = number.toByteArray();
    int from = signed[0] == 0 ? 1 : 0;
    return Arrays.copyOfRange(signed, from, signed.length);
  }

  /** A modulus is of whole bytes ({@link RsaWeakness}), so its first digit is no zero. */
  private static byte[] asOpensslPrints(byte[] modulus) {
    String hex = HexFormat.of().withUpperCase().formatHex(modulus);
    return ("Modulus=" + hex + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** RFC 4253 6.6: the type's name, the exponent, the modulus, each behind its length. */
  private static byte[] sshBlob(BigInteger exponent, BigInteger modulus) {
    MessageDigest md5 = digest("MD5");
    for (byte[] field : List.of(SSH_RSA, exponent.toByteArray(), modulus.toByteArray())) {
      md5.update(ByteBuffer.allocate(Integer.BYTES).putInt(field.length).flip());
      md5.update(field);
    }
    return md5.digest();
  }

  private static long tail(byte[] digest) {
    return ByteBuffer.wrap(digest).getLong(digest.length - Long.BYTES);
  }

  private static MessageDigest digest(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has " + name, e);
    }
  }
}
