package dev.mayfly.credential.keycheck;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Knows the moduli of Infineon's RSALib ("The Return of Coppersmith's Attack", Nemec and others,
 * 2017, 3.4): modulo every small prime they are a power of 65537, as a good modulus is by chance
 * once in hundreds of millions.
 */
final class Roca {

  private static final BigInteger GENERATOR = BigInteger.valueOf(65_537);

  /** The primorial of the smallest keys ends here; the larger keys' hold all of these too. */
  private static final int LARGEST_PRIME = 167;

  private static final List<Residues> FINGERPRINT = fingerprint();

  private Roca() {}

  /** The residues that powers of the generator have modulo one prime. */
  private record Residues(BigInteger prime, BitSet powers) {

    boolean have(BigInteger modulus) {
      return powers.get(modulus.mod(prime).intValue());
    }
  }

  static boolean hasFingerprint(BigInteger modulus) {
    return FINGERPRINT.stream().allMatch(residues -> residues.have(modulus));
  }

  private static List<Residues> fingerprint() {
    List<Residues> all = new ArrayList<>();
    for (BigInteger prime = BigInteger.valueOf(3);
        prime.intValue() <= LARGEST_PRIME;
        prime = prime.nextProbablePrime()) {
      all.add(new Residues(prime, powers(prime)));
    }
    return List.copyOf(all);
  }

  private static BitSet powers(BigInteger prime) {
    BitSet powers = new BitSet(prime.intValue());
    BigInteger power = BigInteger.ONE;
    while (!powers.get(power.intValue())) {
      powers.set(power.intValue());
      power = power.multiply(GENERATOR).mod(prime);
    }
    return powers;
  }
}
