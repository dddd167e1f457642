package dev.mayfly.credential.keycheck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import java.math.BigInteger;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys made weak the way the defects made them, and good ones beside them. */
class WeakKeysTest {

  private static final BigInteger F4 = BigInteger.valueOf(65_537);
  private static final int HALF = 1_024;

  /** Two factors from here make a modulus of 2048 bits. */
  private static final BigInteger TOP = BigInteger.valueOf(3).shiftLeft(HALF - 2);

  /** Weak keys have to be the same in every run. */
  private final Random random = new Random(42);

  @ParameterizedTest
  @ValueSource(strings = {"secp256r1", "secp384r1"})
  void goodCurveKeyIsAccepted(String curve) throws Exception {
    assertThat(why(ec(curve))).isEqualTo("accepted");
  }

  @Test
  void goodKeysOfTheOtherKindsAreAccepted() throws Exception {
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2_048);
    assertThat(why(rsa.generateKeyPair().getPublic())).isEqualTo("accepted");
    for (int i = 0; i < 20; i++) {
      PublicKey ed = KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic();
      assertThat(why(ed)).isEqualTo("accepted");
    }
  }

  @Test
  void curveKeyIsRefused_whenItIsOnAnotherCurve() throws Exception {
    assertThat(why(ec("secp521r1"))).contains("not accepted");
  }

  @Test
  void curveKeyIsRefused_whenItIsNoPoint() throws Exception {
    ECPublicKey good = (ECPublicKey) ec("secp256r1");
    ECPoint moved =
        new ECPoint(good.getW().getAffineX(), good.getW().getAffineY().add(BigInteger.ONE));
    PublicKey bad = new LooseEcKey(good, moved);
    assertThat(why(bad)).isEqualTo("the public key is no point on its curve");
    assertThat(why(new LooseEcKey(good, ECPoint.POINT_INFINITY))).contains("no point");
    BigInteger p =
        new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);
    ECPoint outside = new ECPoint(good.getW().getAffineX().add(p), good.getW().getAffineY());
    assertThat(why(new LooseEcKey(good, outside))).contains("no point");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"
      })
  void edwardsKeyIsRefused_whenItIsOfSmallOrder(String point) throws Exception {
    assertThat(why(ed25519(point))).isEqualTo("the public key is an Ed25519 point of small order");
  }

  @Test
  void edwardsKeyIsRefused_whenItIsNoPoint() throws Exception {
    String two = "02" + "00".repeat(31);
    assertThat(why(ed25519(two))).isEqualTo("the public key is no point on its curve");
  }

  @Test
  void sizeIsJudgedBeforeAnythingElse() {
    assertThat(rsa(BigInteger.TWO.pow(1_023).setBit(0), F4)).contains("RSA of 1024 bits");
    assertThat(rsa(BigInteger.TWO.pow(100_000).setBit(0), F4)).contains("RSA of 100001 bits");
    assertThat(rsa(BigInteger.TWO.pow(2_048).setBit(0), F4)).contains("RSA of 2049 bits");
  }

  /** SSH takes RSA from 3072 bits only. */
  @Test
  void leastSizeIsTheCallers() throws Exception {
    KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2_048);
    assertThat(WeakKeys.check(rsa.generateKeyPair().getPublic(), 3_072))
        .isInstanceOf(Outcome.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 3, 17, 65_535, 65_538, 1L << 31, (1L << 32) + 1})
  void exponentIsRefused_whenItIsSmallEvenOrHuge(long exponent) {
    assertThat(rsa(goodModulus(), BigInteger.valueOf(exponent))).contains("RSA exponent");
  }

  @Test
  void modulusIsRefused_whenItHasASmallFactor() {
    BigInteger small = BigInteger.valueOf(4_999);
    BigInteger large = new BigInteger(2_000, random).setBit(2_047 - 12).setBit(0);
    BigInteger modulus = small.multiply(large);
    assertThat(modulus.bitLength()).isEqualTo(2_048);
    assertThat(rsa(modulus, F4)).contains("small factor");
  }

  /** CVE-2022-26320: the second prime is the next after the first. */
  @Test
  void modulusIsRefused_whenItsPrimesAreClose() {
    BigInteger p = TOP.add(new BigInteger(HALF - 3, random)).nextProbablePrime();
    BigInteger q = p.nextProbablePrime();
    assertThat(rsa(p.multiply(q), F4)).contains("too close");
    assertThat(rsa(p.multiply(p), F4)).contains("too close");
  }

  /** As Infineon's library made 2048-bit keys: p = k M + (65537^a mod M), M = 701#. */
  @Test
  void modulusIsRefused_whenAChipWithTheRocaDefectMadeIt() {
    assertThat(rsa(rocaPrime().multiply(rocaPrime()), F4)).contains("ROCA");
  }

  @Test
  void goodModuliAreNotTakenForWeak() {
    for (int i = 0; i < 5; i++) {
      assertThat(rsa(goodModulus(), F4)).isEqualTo("accepted");
    }
  }

  private BigInteger rocaPrime() {
    BigInteger primorial = BigInteger.TWO;
    BigInteger prime = BigInteger.TWO;
    for (int i = 1; i < 126; i++) {
      prime = prime.nextProbablePrime();
      primorial = primorial.multiply(prime);
    }
    assertThat(prime).isEqualTo(BigInteger.valueOf(701));
    while (true) {
      BigInteger k = TOP.divide(primorial).add(new BigInteger(40, random));
      BigInteger power = F4.modPow(new BigInteger(256, random), primorial);
      BigInteger candidate = k.multiply(primorial).add(power);
      if (candidate.isProbablePrime(20)) {
        return candidate;
      }
    }
  }

  private BigInteger goodModulus() {
    BigInteger p = TOP.add(new BigInteger(HALF - 3, random)).nextProbablePrime();
    BigInteger q = TOP.add(new BigInteger(HALF - 3, random)).nextProbablePrime();
    return p.multiply(q);
  }

  private static String rsa(BigInteger modulus, BigInteger exponent) {
    return RsaWeakness.of(modulus, exponent, WeakKeys.LEAST_RSA_BITS).orElse("accepted");
  }

  private static PublicKey ec(String curve) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair().getPublic();
  }

  private static PublicKey ed25519(String point) throws Exception {
    byte[] spki = HexFormat.of().parseHex("302a300506032b6570032100" + point);
    return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki));
  }

  private static String why(PublicKey key) {
    return WeakKeys.check(key) instanceof Outcome.Refused<PublicKey>(var refusal)
        ? refusal.why()
        : "accepted";
  }

  /** What a provider that does not look would hand on. */
  private record LooseEcKey(ECPublicKey like, ECPoint w) implements ECPublicKey {

    @Override
    public ECPoint getW() {
      return w;
    }

    @Override
    public java.security.spec.ECParameterSpec getParams() {
      return new ECPublicKeySpec(like.getW(), like.getParams()).getParams();
    }

    @Override
    public String getAlgorithm() {
      return "EC";
    }

    @Override
    public String getFormat() {
      return "none";
    }

    @Override
    public byte[] getEncoded() {
      return new byte[0];
    }
  }
}
