package dev.mayfly.credential.keycheck;

import java.math.BigInteger;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.EdECPoint;
import java.util.Optional;
import java.util.Set;

/**
 * Whether an Ed25519 key is a point that proves anything: with one of small order (RFC 8032 8.9 and
 * RFC 7748 6) a signature verifies for whoever has no private key at all.
 */
final class EdwardsPoints {

  private static final int LENGTH = 32;

  private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));

  /** RFC 8032 5.1: -121665/121666. */
  private static final BigInteger D =
      BigInteger.valueOf(-121_665).multiply(BigInteger.valueOf(121_666).modInverse(P)).mod(P);

  /** The y of the eight points of order 1, 2, 4 and 8; their x differ in sign alone. */
  private static final Set<BigInteger> SMALL_ORDER =
      Set.of(
          BigInteger.ZERO,
          BigInteger.ONE,
          P.subtract(BigInteger.ONE),
          new BigInteger("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7", 16),
          new BigInteger("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826", 16));

  private EdwardsPoints() {}

  static Optional<String> problem(EdECPublicKey key) {
    if (!"Ed25519".equals(key.getParams().getName())) {
      return Optional.of("is on a curve that is not accepted: of Edwards curves, Ed25519 is");
    }
    EdECPoint point = key.getPoint();
    return problem(point.getY());
  }

  /** Of a provider's own type, by its SubjectPublicKeyInfo, whose last 32 bytes it is. */
  static Optional<String> problem(byte[] spki) {
    if (spki.length < LENGTH) {
      return Optional.of("is no Ed25519 key");
    }
    byte[] y = new byte[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      y[i] = spki[spki.length - 1 - i];
    }
    y[0] &= 0x7f; // the sign of x
    return problem(new BigInteger(1, y));
  }

  private static Optional<String> problem(BigInteger y) {
    if (y.compareTo(P) >= 0) {
      return Optional.of("is no point on its curve");
    }
    if (SMALL_ORDER.contains(y)) {
      return Optional.of("is an Ed25519 point of small order");
    }
    return hasX(y) ? Optional.empty() : Optional.of("is no point on its curve");
  }

  /** RFC 8032 5.1.3: x^2 = (y^2 - 1) / (d y^2 + 1) must be a square, by Euler's criterion. */
  private static boolean hasX(BigInteger y) {
    BigInteger square = y.multiply(y).mod(P);
    BigInteger below = D.multiply(square).add(BigInteger.ONE).mod(P);
    BigInteger x2 = square.subtract(BigInteger.ONE).multiply(below.modInverse(P)).mod(P);
    return x2.modPow(P.shiftRight(1), P).equals(BigInteger.ONE);
  }
}
