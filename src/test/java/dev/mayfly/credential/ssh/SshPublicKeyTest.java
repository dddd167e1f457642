package dev.mayfly.credential.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Strangers' SSH keys: the good ones as OpenSSH sees them, the others refused with a reason. */
class SshPublicKeyTest {

  private static final KeyPair ED25519 = TestSsh.ed25519();

  private static final String GOOD = SshPublicKey.of(ED25519.getPublic()).line();

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "ed25519, 256, ED25519",
    "ecdsa, 256, ECDSA_P256",
    "ecdsa, 384, ECDSA_P384",
    "ecdsa, 521, ECDSA_P521",
    "rsa, 3072, RSA",
    "rsa, 4096, RSA",
  })
  void keyOfSshKeygenIsRead_withItsFingerprintAndItsJavaKey(
      String name, String bits, SshKeyType type) {
    Path file = SshPrograms.keygen(folder, "id", "-t", name, "-b", bits);
    String text = SshPrograms.publicOf(file);
    SshPublicKey key = TestSsh.key(text);
    assertThat(key.type()).isEqualTo(type);
    assertThat(text).startsWith(key.line() + " a comment");
    assertThat(SshPrograms.run("ssh-keygen", "-l", "-f", file.toString()).well())
        .contains(" " + key.fingerprint() + " ");
    assertThat(SshPublicKey.of(key.publicKey())).isEqualTo(key).hasSameHashCodeAs(key);
  }

  @Test
  void bareBlobIsTheSameKey() {
    String bare = GOOD.split(" ", -1)[1];
    assertThat(TestSsh.key(bare)).isEqualTo(TestSsh.key(GOOD + " root\n"));
    assertThat(TestSsh.key(GOOD).publicKey()).isEqualTo(ED25519.getPublic());
  }

  @Test
  void securityKeysAreRead_asSshKeygenReadsThem() throws IOException {
    for (SshPublicKey key : new SshPublicKey[] {skEd25519(), skEcdsa()}) {
      Path file = Files.writeString(folder.resolve("sk.pub"), key.line() + "\n");
      assertThat(SshPrograms.run("ssh-keygen", "-l", "-f", file.toString()).well())
          .contains(key.fingerprint())
          .containsPattern("\\((ECDSA|ED25519)-SK\\)");
    }
    assertThat(skEd25519().publicKey()).isInstanceOf(EdECPublicKey.class);
    assertThat(skEcdsa().publicKey()).isInstanceOf(ECPublicKey.class);
  }

  @Test
  void thumbprintIsTheFingerprintInBase64url() {
    SshPublicKey key = TestSsh.key(GOOD);
    assertThat("SHA256:" + key.thumbprint().replace('-', '+').replace('_', '/'))
        .isEqualTo(key.fingerprint());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "ssh-ed25519",
        "ssh-ed25519 ",
        "ssh-ed25519 AAAA",
        "ssh-ed25519 !!!!",
        "AAAA",
        "AAAAC3NzaC1lZDI1NTE5 AAAA",
        "-----BEGIN PUBLIC KEY-----",
        "\u0000",
      })
  void textThatIsNoKey_isMalformed(String text) {
    assertThat(refusal(text).code()).isEqualTo("ssh-key-malformed");
  }

  @Test
  void twoLines_areNotAKey() {
    assertThat(refusal(GOOD + "\n" + GOOD).say()).contains("one line");
    assertThat(refusal(GOOD + " a\u0007b").say()).contains("one line");
  }

  @Test
  void optionsBeforeTheKey_areNotTaken() {
    assertThat(refusal("no-pty " + GOOD).say()).contains("options are not taken");
    assertThat(refusal("command=\"ssh-ed25519 x\" " + GOOD).say()).contains("options");
    assertThat(refusal("cert-authority " + GOOD).say()).contains("options");
  }

  @Test
  void longText_isRefusedUnread() {
    assertThat(refusal(GOOD + " " + "c".repeat(5000)).say()).contains("4096 characters");
  }

  @Test
  void keyOfAnotherTypeThanItsLineSays_isRefused() {
    assertThat(refusal(GOOD.replace("ssh-ed25519 ", "ssh-rsa ")).say()).contains("not of the type");
  }

  @Test
  void octetsBehindTheKey_areRefused() {
    byte[] longer = Arrays.copyOf(TestSsh.key(GOOD).blob(), TestSsh.key(GOOD).blob().length + 1);
    assertThat(refusal(base64(longer)).say()).contains("behind its end");
  }

  @Test
  void base64InAnotherWriting_isRefused() {
    String padded = base64(skEcdsa().blob());
    assertThat(padded).endsWith("=");
    assertThat(refusal(padded.replaceAll("=+$", "")).say()).contains("strict base64");
    assertThat(refusal(padded + "=").say()).contains("base64");
    assertThat(refusal(padded.replace('/', '_').replace('+', '-').concat("_")).say())
        .contains("base64");
  }

  @Test
  void certificate_isNoKey(@TempDir Path here) {
    SshPrograms.keygen(here, "ca", "-t", "ed25519");
    Path user = SshPrograms.keygen(here, "user", "-t", "ed25519");
    SshPrograms.run(
            "ssh-keygen",
            "-q",
            "-s",
            here.resolve("ca").toString(),
            "-I",
            "x",
            "-n",
            "root",
            user + ".pub")
        .well();
    assertThat(refusal(SshPrograms.publicOf(here.resolve("user-cert"))).say())
        .contains("certificate");
    assertThat(refusal(SshPrograms.publicOf(here.resolve("user-cert")).split(" ", -1)[1]).say())
        .contains("certificate");
  }

  @Test
  void dsa_isWeak() {
    byte[] blob = new SshWriter().string("ssh-dss").string(new byte[128]).bytes();
    assertThat(refusal("ssh-dss " + base64(blob)).code()).isEqualTo("weak-key");
    assertThat(refusal(base64(blob)).say()).contains("DSA");
  }

  @Test
  void rsaOutsideItsBounds_isWeak() {
    RSAPublicKey good = (RSAPublicKey) TestSsh.rsa(3072).getPublic();
    BigInteger n = good.getModulus();
    BigInteger e = good.getPublicExponent();
    assertThat(SshPublicKey.read(rsa(e, n))).isInstanceOf(Outcome.Ok.class);
    assertThat(refusal(rsa(e, n.shiftRight(1).setBit(0))).say()).contains("3072");
    assertThat(refusal(rsa(e, n.shiftLeft(8192).setBit(0))).say()).contains("8192");
    assertThat(refusal(rsa(e, n.clearBit(0))).code()).isEqualTo("weak-key");
    for (BigInteger small :
        new BigInteger[] {BigInteger.ONE, BigInteger.valueOf(3), e.clearBit(0)}) {
      assertThat(refusal(rsa(small, n)).code()).isEqualTo("weak-key");
    }
    assertThat(refusal(rsa(BigInteger.ONE.shiftLeft(64).setBit(0), n)).code())
        .isEqualTo("weak-key");
  }

  @Test
  void numbersInAnotherWriting_areMalformed() {
    RSAPublicKey good = (RSAPublicKey) TestSsh.rsa(3072).getPublic();
    byte[] n = good.getModulus().toByteArray();
    assertThat(refusal(rsa(new byte[] {0, 1, 0, 1}, n)).code()).isEqualTo("ssh-key-malformed");
    assertThat(refusal(rsa(new byte[] {}, n)).code()).isEqualTo("ssh-key-malformed");
    assertThat(refusal(rsa(new byte[] {0}, n)).code()).isEqualTo("ssh-key-malformed");
    assertThat(refusal(rsa(new byte[] {-1, 0, 1}, n)).code()).isEqualTo("ssh-key-malformed");
    assertThat(refusal(rsa(new byte[] {1, 0, 1}, Arrays.copyOfRange(n, 1, n.length))).code())
        .isEqualTo("ssh-key-malformed");
  }

  @Test
  void pointBesideItsCurve_isRefused() {
    byte[] q = SshCurve.P256.encoded(((ECPublicKey) TestSsh.ec("secp256r1").getPublic()).getW());
    assertThat(SshPublicKey.read(ecdsa("nistp256", q))).isInstanceOf(Outcome.Ok.class);
    byte[] moved = q.clone();
    moved[64] ^= 1;
    assertThat(refusal(ecdsa("nistp256", moved)).say()).contains("no uncompressed point");
    byte[] compressed = Arrays.copyOf(q, 33);
    compressed[0] = 2;
    assertThat(refusal(ecdsa("nistp256", compressed)).say()).contains("no uncompressed point");
    assertThat(refusal(ecdsa("nistp256", new byte[] {0})).say()).contains("no uncompressed point");
    assertThat(refusal(ecdsa("nistp256", new byte[65])).say()).contains("no uncompressed point");
    assertThat(refusal(ecdsa("nistp384", q)).say()).contains("another curve");
  }

  /** The eight points of small order, and what is no point or none in its one writing. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "0200000000000000000000000000000000000000000000000000000000000000",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "00",
      })
  void badEd25519Point_isRefused(String hex) {
    byte[] blob =
        new SshWriter().string("ssh-ed25519").string(HexFormat.of().parseHex(hex)).bytes();
    assertThat(refusal(base64(blob)).say()).contains("no Ed25519 point");
  }

  @Test
  void securityKeyForAnotherApplication_isRefused() {
    for (String application : new String[] {"", "https://example.com", "ssh:\n"}) {
      byte[] blob =
          new SshWriter()
              .string("sk-ssh-ed25519@openssh.com")
              .string(point(ED25519.getPublic()))
              .string(application)
              .bytes();
      assertThat(refusal(base64(blob)).say()).contains("begins with ssh:");
    }
  }

  @Test
  void keyThatSshDoesNotHave_isADefect() {
    PublicKey ed448 = pairOf("Ed448").getPublic();
    assertThatThrownBy(() -> SshPublicKey.of(ed448)).isInstanceOf(IllegalArgumentException.class);
  }

  static SshPublicKey skEd25519() {
    return TestSsh.key(
        base64(
            new SshWriter()
                .string("sk-ssh-ed25519@openssh.com")
                .string(point(ED25519.getPublic()))
                .string("ssh:")
                .bytes()));
  }

  static SshPublicKey skEcdsa() {
    ECPublicKey key = (ECPublicKey) TestSsh.ec("secp256r1").getPublic();
    return TestSsh.key(
        base64(
            new SshWriter()
                .string("sk-ecdsa-sha2-nistp256@openssh.com")
                .string("nistp256")
                .string(SshCurve.P256.encoded(key.getW()))
                .string("ssh:wor")
                .bytes()));
  }

  private static KeyPair pairOf(String name) {
    try {
      return KeyPairGenerator.getInstance(name).generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] point(PublicKey key) {
    return Ed25519Point.encoded((EdECPublicKey) key);
  }

  private static String ecdsa(String curve, byte[] q) {
    return base64(new SshWriter().string("ecdsa-sha2-nistp256").string(curve).string(q).bytes());
  }

  private static String rsa(BigInteger e, BigInteger n) {
    return rsa(e.toByteArray(), n.toByteArray());
  }

  private static String rsa(byte[] e, byte[] n) {
    return base64(new SshWriter().string("ssh-rsa").string(e).string(n).bytes());
  }

  private static String base64(byte[] blob) {
    return Base64.getEncoder().encodeToString(blob);
  }

  private static Refusal refusal(String text) {
    return switch (SshPublicKey.read(text)) {
      case Outcome.Ok<SshPublicKey>(SshPublicKey key) -> throw new AssertionError("taken: " + key);
      case Outcome.Refused<SshPublicKey>(Refusal refusal) -> refusal;
    };
  }
}
