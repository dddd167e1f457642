package dev.mayfly.credential.keycheck;

import java.math.BigInteger;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.EllipticCurve;
import java.util.List;
import java.util.Optional;

/**
 * Whether an EC key is a point of P-256 or P-384 (SP 800-186 3.2.1). Their cofactor is 1, so every
 * point but infinity is of the full order (SP 800-56A 5.6.2.3.4 needs no more).
 */
final class CurvePoints {

  private static final List<Curve> ACCEPTED =
      List.of(
          curve(
              "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
              "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
              "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
          curve(
              "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
              "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
              "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7"));

  private CurvePoints() {}

  /**
   * y^2 = x^3 - 3x + b over the field of p, and the base point's x, which tells parameters apart.
   */
  private record Curve(BigInteger p, BigInteger b, BigInteger gx) {

    boolean isThatOf(ECParameterSpec spec) {
      EllipticCurve curve = spec.getCurve();
      return curve.getField() instanceof ECFieldFp field
          && field.getP().equals(p)
          && curve.getA().equals(p.subtract(BigInteger.valueOf(3)))
          && curve.getB().equals(b)
          && spec.getGenerator().getAffineX().equals(gx);
    }

    boolean has(ECPoint point) {
      if (point.equals(ECPoint.POINT_INFINITY)) {
        return false;
      }
      BigInteger x = point.getAffineX();
      BigInteger y = point.getAffineY();
      return isBelowP(x)
          && isBelowP(y)
          && y.multiply(y)
              .mod(p)
              .equals(x.multiply(x).subtract(BigInteger.valueOf(3)).multiply(x).add(b).mod(p));
    }

    private boolean isBelowP(BigInteger coordinate) {
      return coordinate.signum() >= 0 && coordinate.compareTo(p) < 0;
    }
  }

  static Optional<String> problem(ECPublicKey key) {
    Optional<Curve> curve =
        ACCEPTED.stream().filter(candidate -> candidate.isThatOf(key.getParams())).findFirst();
    if (curve.isEmpty()) {
      return Optional.of("is on a curve that is not accepted: P-256 and P-384 are");
    }
    return curve.get().has(key.getW()) ? Optional.empty() : Optional.of("is no point on its curve");
  }

  private static Curve curve(String p, String b, String gx) {
    return new Curve(new BigInteger(p, 16), new BigInteger(b, 16), new BigInteger(gx, 16));
  }
}
