package dev.mayfly.credential.ssh;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.Optional;

/** The three NIST curves of RFC 5656 10.1, and which octets are a point on one. */
enum SshCurve {
  P256("nistp256", "secp256r1"),
  P384("nistp384", "secp384r1"),
  P521("nistp521", "secp521r1");

  private static final int UNCOMPRESSED = 4;

  private final String identifier;

  @SuppressWarnings("ImmutableEnumChecker") // It has no setters; the JDK just does not say so.
  private final ECParameterSpec parameters;

  SshCurve(String identifier, String standardName) {
    this.identifier = identifier;
    this.parameters = parameters(standardName);
  }

  /** The second string of a blob. */
  String identifier() {
    return identifier;
  }

  /** The curve of a key that came from elsewhere. */
  static Optional<SshCurve> of(ECParameterSpec known) {
    return Arrays.stream(values())
        .filter(curve -> curve.parameters.getCurve().equals(known.getCurve()))
        .findAny();
  }

  /** SEC 1 2.3.4: uncompressed points only, which lie on the curve; cofactor 1 leaves no others. */
  Optional<PublicKey> point(byte[] q) {
    int half = octets();
    if (q.length != 1 + 2 * half || q[0] != UNCOMPRESSED) {
      return Optional.empty();
    }
    BigInteger x = new BigInteger(1, q, 1, half);
    BigInteger y = new BigInteger(1, q, 1 + half, half);
    if (!holds(x, y)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          KeyFactory.getInstance("EC")
              .generatePublic(new ECPublicKeySpec(new ECPoint(x, y), parameters)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a point on a named curve is a key", e);
    }
  }

  /** SEC 1 2.3.3, uncompressed. */
  byte[] encoded(ECPoint point) {
    byte[] q = new byte[1 + 2 * octets()];
    q[0] = UNCOMPRESSED;
    place(point.getAffineX(), q, 1 + octets());
    place(point.getAffineY(), q, q.length);
    return q;
  }

  private static void place(BigInteger coordinate, byte[] q, int end) {
    byte[] bytes = coordinate.toByteArray();
    int from = bytes[0] == 0 ? 1 : 0;
    System.arraycopy(bytes, from, q, end - bytes.length + from, bytes.length - from);
  }

  /** Both coordinates below p, and y^2 = x^3 + ax + b. */
  private boolean holds(BigInteger x, BigInteger y) {
    BigInteger p = prime();
    BigInteger right =
        x.multiply(x)
            .add(parameters.getCurve().getA())
            .multiply(x)
            .add(parameters.getCurve().getB());
    return x.compareTo(p) < 0 && y.compareTo(p) < 0 && y.multiply(y).mod(p).equals(right.mod(p));
  }

  private int octets() {
    return (prime().bitLength() + Byte.SIZE - 1) / Byte.SIZE;
  }

  private BigInteger prime() {
    return ((ECFieldFp) parameters.getCurve().getField()).getP();
  }

  private static ECParameterSpec parameters(String standardName) {
    try {
      AlgorithmParameters named = AlgorithmParameters.getInstance("EC");
      named.init(new ECGenParameterSpec(standardName));
      return named.getParameterSpec(ECParameterSpec.class);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java knows " + standardName, e);
    }
  }
}
