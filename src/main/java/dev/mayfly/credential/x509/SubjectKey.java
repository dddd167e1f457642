package dev.mayfly.credential.x509;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.keycheck.WeakKeys;
import dev.mayfly.key.Alg;
import dev.mayfly.key.CryptoProvider;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The public key that a certificate is made for, as its SubjectPublicKeyInfo (RFC 5280 4.1.2.7):
 * one encoding for each kind of key, and none that was not judged.
 */
public final class SubjectKey {

  /** RFC 5480 2.1.1, 2.1.1.1; RFC 3279 2.3.1; RFC 8410 3: the whole AlgorithmIdentifier. */
  private static final byte[] P256 =
      HexFormat.of().parseHex("301306072a8648ce3d020106082a8648ce3d030107");

  private static final byte[] P384 =
      HexFormat.of().parseHex("301006072a8648ce3d020106052b81040022");
  private static final byte[] RSA = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
  private static final byte[] ED25519 = HexFormat.of().parseHex("300506032b6570");

  private static final byte[] EC_OID = HexFormat.of().parseHex("06072a8648ce3d0201");

  /** 8192 bits and the sign. */
  private static final int MOST_MODULUS_BYTES = 1_025;

  /** Below 2^31, as {@link WeakKeys} wants it. */
  private static final int MOST_EXPONENT_BYTES = 4;

  /** RFC 7093 2 (1): the leftmost 160 bits. */
  private static final int KEY_IDENTIFIER_BYTES = 20;

  private final byte[] spki;
  private final byte[] bits;
  private final PublicKey key;
  private final boolean judged;

  private SubjectKey(byte[] spki, byte[] bits, PublicKey key, boolean judged) {
    this.spki = spki;
    this.bits = bits;
    this.key = key;
    this.judged = judged;
  }

  /** From a SubjectPublicKeyInfo in DER; refused where its form or the key itself is bad. */
  public static Outcome<SubjectKey> parse(byte[] spki) {
    try {
      Der outer = Der.of(spki);
      Der info = outer.enter(Der.SEQUENCE);
      outer.end();
      byte[] algorithm = info.element(Der.SEQUENCE);
      byte[] bits = info.octetsOfBitString();
      info.end();
      String type = type(algorithm, bits);
      return decode(type, spki)
          .then(WeakKeys::check)
          .then(key -> Outcome.ok(new SubjectKey(spki.clone(), bits, key, true)));
    } catch (NotDer bad) {
      return refused(bad.why());
    }
  }

  /** A key of ours, or one judged before: its own encoding is the one that counts. */
  public static Outcome<SubjectKey> of(PublicKey key) {
    return parse(key.getEncoded());
  }

  /** A signing key of the broker's own rings, of any algorithm that these have. */
  public static SubjectKey ofAuthority(PublicKey key) {
    byte[] spki = key.getEncoded();
    try {
      Der info = Der.of(spki).enter(Der.SEQUENCE);
      info.element(Der.SEQUENCE);
      return new SubjectKey(spki, info.octetsOfBitString(), key, false);
    } catch (NotDer e) {
      throw new IllegalArgumentException("a public key is encoded as SubjectPublicKeyInfo", e);
    }
  }

  /** In DER. */
  public byte[] spki() {
    return spki.clone();
  }

  public PublicKey key() {
    return key;
  }

  /** Whether these very bytes are known to be a subject's key that is not weak. */
  boolean isJudged(byte[] bytes) {
    return judged && Arrays.equals(spki, bytes);
  }

  /** The ledger's {@code jkt} of a certificate: base64url of SHA-256 over the DER. */
  public String thumbprint() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(spki));
  }

  /** RFC 7093 2 (1), over the bits of the key alone. */
  byte[] identifier() {
    return identifierOf(bits);
  }

  /** RFC 5280 4.2.1.2 (1), as tools write it into requests. */
  byte[] olderIdentifier() {
    return digest("SHA-1", bits);
  }

  static byte[] identifierOf(byte[] bits) {
    return Arrays.copyOf(sha256(bits), KEY_IDENTIFIER_BYTES);
  }

  /** What {@link java.security.KeyFactory} calls it, once its form has been judged. */
  private static String type(byte[] algorithm, byte[] bits) throws NotDer {
    if (Arrays.equals(algorithm, P256)) {
      return point(bits, 65);
    }
    if (Arrays.equals(algorithm, P384)) {
      return point(bits, 97);
    }
    if (Arrays.equals(algorithm, RSA)) {
      return rsa(bits);
    }
    if (Arrays.equals(algorithm, ED25519)) {
      if (bits.length != 32) {
        throw new NotDer("an Ed25519 key has 32 bytes");
      }
      return "Ed25519";
    }
    throw new NotDer(
        startsWithEc(algorithm)
            ? "the EC key is not on the named curve P-256 or P-384"
            : "the key is of no kind that is accepted: RSA, P-256, P-384 or Ed25519");
  }

  private static boolean startsWithEc(byte[] algorithm) {
    int header = 2;
    return algorithm.length >= header + EC_OID.length
        && Arrays.equals(algorithm, header, header + EC_OID.length, EC_OID, 0, EC_OID.length);
  }

  /** SEC 1 2.3.3: 04, x, y; compressed points are optional in RFC 5480 2.2 and not read. */
  private static String point(byte[] bits, int length) throws NotDer {
    if (bits.length != length || bits[0] != 4) {
      throw new NotDer("the EC key is no uncompressed point of its curve");
    }
    return "EC";
  }

  private static String rsa(byte[] bits) throws NotDer {
    Der outer = Der.of(bits);
    Der numbers = outer.enter(Der.SEQUENCE);
    outer.end();
    BigInteger modulus = numbers.integer(MOST_MODULUS_BYTES);
    BigInteger exponent = numbers.integer(MOST_EXPONENT_BYTES);
    numbers.end();
    if (modulus.signum() <= 0 || exponent.signum() <= 0) {
      throw new NotDer("an RSA key's numbers are positive");
    }
    if (!exponent.testBit(0)) {
      throw new NotDer("the RSA exponent is even");
    }
    return "RSA";
  }

  private static Outcome<PublicKey> decode(String type, byte[] spki) {
    CryptoProvider crypto = CryptoProvider.chosen();
    Alg alg =
        switch (type) {
          case "EC" -> Alg.ES256;
          case "RSA" -> Alg.RS256;
          default -> Alg.ED25519;
        };
    try {
      return Outcome.ok(crypto.keyFactory(alg).generatePublic(new X509EncodedKeySpec(spki)));
    } catch (GeneralSecurityException e) {
      return refused("the public key is none of its kind, e.g. no point on its curve");
    }
  }

  private static byte[] sha256(byte[] bytes) {
    return digest("SHA-256", bytes);
  }

  private static byte[] digest(String name, byte[] bytes) {
    try {
      return MessageDigest.getInstance(name).digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + name, e);
    }
  }

  private static <T> Outcome<T> refused(String why) {
    return Outcome.refused(new Refusal.Malformed("bad-public-key", why));
  }
}
