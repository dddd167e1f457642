package dev.mayfly.credential.keycheck;

import java.math.BigInteger;
import java.util.Optional;

/**
 * What is known against an RSA modulus and exponent. The sizes are judged first, so that nothing
 * after them takes long.
 */
final class RsaWeakness {

  /** The largest that is of use: an SSH server's or an offline root's. */
  static final int MOST_BITS = 8_192;

  /** Go's TLS reads no larger exponent, and one as long as the modulus would make a slow check. */
  private static final BigInteger MOST_EXPONENT = BigInteger.valueOf(Integer.MAX_VALUE);

  /** FIPS 186-5 A.1.1: from 2^16 + 1; smaller ones are Coppersmith's and Bleichenbacher's. */
  private static final BigInteger LEAST_EXPONENT = BigInteger.valueOf(65_537);

  /** Far beyond any factor that bad randomness leaves by chance; one division finds them all. */
  private static final int SMALL_PRIMES_BELOW = 5_000;

  private static final BigInteger SMALL_PRIMES = productOfPrimes();

  /** How far apart the halves of two primes must be (Fermat 1643; CVE-2022-26320). */
  private static final int FERMAT_ROUNDS = 100;

  /** One bit for each residue modulo 64 that a square can have: spares 52 roots of 64. */
  private static final long SQUARES_MODULO_64 = squaresModulo64();

  private RsaWeakness() {}

  static Optional<String> of(BigInteger modulus, BigInteger exponent, int leastBits) {
    int bits = modulus.bitLength();
    if (modulus.signum() <= 0 || bits < leastBits || bits > MOST_BITS || bits % Byte.SIZE != 0) {
      return Optional.of(
          "is RSA of %d bits; from %d to %d in whole bytes are accepted"
              .formatted(bits, leastBits, MOST_BITS));
    }
    if (exponent.compareTo(LEAST_EXPONENT) < 0
        || exponent.compareTo(MOST_EXPONENT) > 0
        || !exponent.testBit(0)) {
      return Optional.of("has an RSA exponent that is even or outside 65537 to 2^31 - 1");
    }
    if (!modulus.mod(SMALL_PRIMES).gcd(SMALL_PRIMES).equals(BigInteger.ONE)) {
      return Optional.of("has an RSA modulus with a small factor");
    }
    if (Roca.hasFingerprint(modulus)) {
      return Optional.of("was made by a chip with the ROCA defect (CVE-2017-15361)");
    }
    if (isFermatClose(modulus)) {
      return Optional.of("has an RSA modulus of two primes that are too close (CVE-2022-26320)");
    }
    return Optional.empty();
  }

  /** Fermat's method: n = a^2 - b^2 with an a just above the root of n. */
  private static boolean isFermatClose(BigInteger modulus) {
    BigInteger[] root = modulus.sqrtAndRemainder();
    if (root[1].signum() == 0) {
      return true;
    }
    BigInteger a = root[0].add(BigInteger.ONE);
    BigInteger rest = a.multiply(a).subtract(modulus);
    for (int round = 0; round < FERMAT_ROUNDS; round++) {
      if (isSquare(rest)) {
        return true;
      }
      // (a + 1)^2 - n is the last one and 2a + 1 more.
      rest = rest.add(a.shiftLeft(1)).add(BigInteger.ONE);
      a = a.add(BigInteger.ONE);
    }
    return false;
  }

  private static boolean isSquare(BigInteger number) {
    long residue = number.longValue() & 63;
    return ((SQUARES_MODULO_64 >>> residue) & 1) == 1 && number.sqrtAndRemainder()[1].signum() == 0;
  }

  private static long squaresModulo64() {
    long squares = 0;
    for (int root = 0; root < 64; root++) {
      squares |= 1L << ((root * root) & 63);
    }
    return squares;
  }

  private static BigInteger productOfPrimes() {
    BigInteger product = BigInteger.TWO;
    for (BigInteger prime = BigInteger.valueOf(3);
        prime.intValue() < SMALL_PRIMES_BELOW;
        prime = prime.nextProbablePrime()) {
      product = product.multiply(prime);
    }
    return product;
  }
}
