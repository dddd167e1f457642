package dev.mayfly.credential.ssh;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.keycheck.WeakKeys;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Judges a stranger's key blob: either it is a good key of a known type to the last octet, or it is
 * refused with the reason.
 */
final class SshKeyBlob {

  /** The code of what is no public key. */
  static final String MALFORMED = "ssh-key-malformed";

  /** The code of what is a public key, and not to be trusted. */
  static final String WEAK = "weak-key";

  private static final String DSA = "ssh-dss";

  private static final int SMALLEST_MODULUS = 3072;

  /** OpenSSH takes 16384; verifying such is slow for everybody and safer for nobody. */
  private static final int LARGEST_MODULUS = 8192;

  /** NIST FIPS 186-5 A.1.1: from 65537; what is longer than 32 bits, other programs refuse. */
  private static final BigInteger SMALLEST_EXPONENT = BigInteger.valueOf(65537);

  private static final int EXPONENT_BITS = 32;

  /** OpenSSH PROTOCOL.u2f: the application begins with {@code ssh:}. */
  private static final Pattern APPLICATION = Pattern.compile("ssh:[\\x21-\\x7e]{0,124}");

  private SshKeyBlob() {}

  static Outcome<SshPublicKey> read(byte[] blob) {
    SshReader reader = new SshReader(blob);
    return type(reader.text())
        .then(type -> key(type, reader).then(key -> whole(type, blob, key, reader)));
  }

  /** The type of that name; a name that a person may have meant is refused with the reason. */
  static Outcome<SshKeyType> type(String name) {
    if (SshKeyType.isCertificate(name)) {
      return malformed("that is an SSH certificate; send the public key it was made for");
    }
    if (name.equals(DSA)) {
      return weak("DSA keys are not certified");
    }
    return SshKeyType.named(name)
        .<Outcome<SshKeyType>>map(Outcome::ok)
        .orElseGet(() -> malformed("no SSH public key of a type that can be certified"));
  }

  static boolean isKnownBad(String name) {
    return name.equals(DSA) || SshKeyType.isCertificate(name);
  }

  private static Outcome<PublicKey> key(SshKeyType type, SshReader reader) {
    return switch (type) {
      case ED25519 -> edwards(reader);
      case ECDSA_P256 -> point(SshCurve.P256, reader);
      case ECDSA_P384 -> point(SshCurve.P384, reader);
      case ECDSA_P521 -> point(SshCurve.P521, reader);
      case RSA -> rsa(reader);
      case SK_ED25519 -> edwards(reader).then(key -> application(key, reader));
      case SK_ECDSA_P256 -> point(SshCurve.P256, reader).then(key -> application(key, reader));
    };
  }

  /** Whatever follows a key would be in the blob, and so make one key two. */
  private static Outcome<SshPublicKey> whole(
      SshKeyType type, byte[] blob, PublicKey key, SshReader reader) {
    return reader.isDone()
        ? Outcome.ok(new SshPublicKey(type, blob, key))
        : malformed("the SSH public key has something behind its end");
  }

  private static Outcome<PublicKey> edwards(SshReader reader) {
    return found(Ed25519Point.read(reader.string()), "the SSH public key is no Ed25519 point");
  }

  private static Outcome<PublicKey> point(SshCurve curve, SshReader reader) {
    if (!reader.text().equals(curve.identifier())) {
      return malformed("the SSH public key names another curve than its type");
    }
    return found(
        curve.point(reader.string()),
        "the SSH public key is no uncompressed point on " + curve.identifier());
  }

  private static Outcome<PublicKey> application(PublicKey key, SshReader reader) {
    return APPLICATION.matcher(reader.text()).matches()
        ? Outcome.ok(key)
        : malformed("the application of a security key begins with ssh:");
  }

  private static Outcome<PublicKey> rsa(SshReader reader) {
    BigInteger exponent = reader.mpint();
    BigInteger modulus = reader.mpint();
    if (reader.isBad()) {
      return malformed("the SSH public key is no RSA exponent and modulus");
    }
    int bits = modulus.bitLength();
    if (bits < SMALLEST_MODULUS || bits > LARGEST_MODULUS) {
      return weak(
          "an RSA key has between " + SMALLEST_MODULUS + " and " + LARGEST_MODULUS + " bits");
    }
    boolean odd = exponent.testBit(0) && modulus.testBit(0);
    if (!odd || exponent.compareTo(SMALLEST_EXPONENT) < 0 || exponent.bitLength() > EXPONENT_BITS) {
      return weak("an RSA key has an odd modulus and an odd exponent from 65537 to 2^32");
    }
    try {
      return WeakKeys.check(
          KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent)),
          SMALLEST_MODULUS);
    } catch (GeneralSecurityException e) {
      return weak("the RSA key is not one that Java takes");
    }
  }

  private static Outcome<PublicKey> found(Optional<PublicKey> key, String otherwise) {
    return key.<Outcome<PublicKey>>map(Outcome::ok).orElseGet(() -> malformed(otherwise));
  }

  private static <T> Outcome<T> malformed(String say) {
    return Outcome.refused(new Refusal.Malformed(MALFORMED, say));
  }

  private static <T> Outcome<T> weak(String say) {
    return Outcome.refused(new Refusal.Malformed(WEAK, say));
  }
}
