package dev.mayfly.credential.ssh;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** The 32 octets of an Ed25519 public key (RFC 8032 5.1.5), and which of them are one. */
final class Ed25519Point {

  /** Of a SubjectPublicKeyInfo, everything before the 32 octets (RFC 8410 4). */
  private static final byte[] BEFORE = HexFormat.of().parseHex("302a300506032b6570032100");

  private Ed25519Point() {}

  /**
   * On the curve, written canonically, and of the large prime order: a point of small order would
   * verify signatures that nobody made.
   */
  static Optional<PublicKey> read(byte[] octets) {
    if (octets.length != Ed25519.PUBLIC_KEY_SIZE || !Ed25519.validatePublicKeyFull(octets, 0)) {
      return Optional.empty();
    }
    byte[] encoded = Arrays.copyOf(BEFORE, BEFORE.length + octets.length);
    System.arraycopy(octets, 0, encoded, BEFORE.length, octets.length);
    try {
      return Optional.of(
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a point on Curve25519 is a key", e);
    }
  }

  static byte[] encoded(EdECPublicKey key) {
    byte[] encoded = key.getEncoded();
    return Arrays.copyOfRange(encoded, BEFORE.length, encoded.length);
  }
}
