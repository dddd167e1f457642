package dev.mayfly.credential.keycheck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.credential.ssh.SshPublicKey;
import dev.mayfly.credential.x509.CertificationRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Keys that Debian's OpenSSL of 2008 made, looked up by lines that OpenSSL's and OpenSSH's programs
 * computed; known-bad-keys/debian.txt says where the keys are from.
 */
class KnownBadKeysTest {

  private static final Path KEYS = Path.of("src/test/resources/known-bad-keys");

  /** {@code openssl rsa -noout -modulus | sed s/Modulus=// | xxd -r -p | sha256sum}. */
  private static final String MODULUS =
      "e9bbbf48364904e5cb019a6ae4d3c199fbe64db781044a5a48935abf5b56f5d0";

  /** {@code openssl rsa -noout -modulus | sha1sum}, as Debian's openssl-vulnkey said it. */
  private static final String PRINTED = "b724c8256936fad04f50042dcb33f1f6f3ce9eee";

  /** {@code openssl pkey -pubin -outform DER | sha256sum}. */
  private static final String INFO =
      "92cb2adf0b081030854eb6d9513f4b35f3020623f75ea306a1685143d4af7d30";

  /** {@code ssh-keygen -l -E md5}, of the modulus with the exponent 65537 and with 35. */
  private static final String BLOB = "5a46c30c1b7e5cf0ab46d9435c3e49e5";

  private static final String BLOB_OF_2008 = "b6fa5618d753353f80423e64991f47b7";

  /** Of debian-p256, debian-p256-zero and debian-3072, as the project's own program prints them. */
  private static final String X =
      "3c3971ff0cf6521e9bbcb85ad6bd8ad22c2b5911b9b0b3cab050eb8b777a8174";

  private static final String X_AFTER_A_ZERO =
      "3e83a6547e1109ad791cdbe6f2c67a9d0f330631245765274b7fa8fb25b5e0c7";

  private static final String MODULUS_3072 =
      "6366be39358531efff30eb0457f2d2fff26fe52a677cc9154c3a91ef5fdfc3e2";

  @TempDir Path folder;

  static Stream<String> forms() {
    return Stream.of(
        MODULUS,
        MODULUS.toUpperCase(Locale.ROOT),
        PRINTED.substring(20),
        BLOB.substring(12),
        BLOB_OF_2008.substring(12),
        "spki:" + INFO,
        INFO);
  }

  @ParameterizedTest
  @MethodSource("forms")
  void keyOfDebiansIsRefused_byEachFormOfALine(String line) throws Exception {
    Path list = list("list", line);
    assertThat(why(request("debian-2048.csr"), list))
        .isEqualTo(
            "weak-key: the public key is on a list of known-bad keys: " + list.getFileName());
  }

  @ParameterizedTest
  @MethodSource("forms")
  void keyIsAccepted_whenTheLineIsAnothers(String line) throws Exception {
    char last = line.charAt(line.length() - 1);
    String other = line.substring(0, line.length() - 1) + (last == '7' ? '8' : '7');
    assertThat(why(request("debian-2048.csr"), list("list", other))).isEqualTo("accepted");
    assertThat(why(request("debian-p256.csr"), list("list", line))).isEqualTo("accepted");
  }

  /** The x-coordinate of the second begins with a zero byte, which the lists leave out. */
  @Test
  void curveKeyIsFound_byItsCoordinate() throws Exception {
    assertThat(why(request("debian-p256.csr"), list("list", X))).contains("list");
    assertThat(why(ssh("debian-p256-zero.pub"), list("list", X_AFTER_A_ZERO))).contains("list");
  }

  @Test
  void sshKeyIsFound_asARequestsIs() throws Exception {
    Path list = list("list", X, MODULUS_3072);
    assertThat(why(ssh("debian-p256.pub"), list)).contains("list");
    assertThat(why(ssh("debian-3072.pub"), list)).contains("list");
    assertThat(why(ssh("debian-p256-zero.pub"), list)).isEqualTo("accepted");
  }

  /** One of each form, with its comments. */
  @Test
  void listOfTheseKeysFindsThemAll() throws Exception {
    Path list = KEYS.resolve("debian.txt");
    assertThat(why(request("debian-2048.csr"), list)).endsWith(list.getFileName().toString());
    for (String file : List.of("debian-p256.pub", "debian-p256-zero.pub", "debian-3072.pub")) {
      assertThat(why(ssh(file), list)).as(file).endsWith(list.getFileName().toString());
    }
  }

  /** As docs/certificates.md makes the line. */
  @Test
  void edwardsKeyIsFound_byItsInfo() throws Exception {
    Outcome<SshPublicKey> key =
        SshPublicKey.read(
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB/IM7jJfOBYXRYCajB2yKmnAKdhoeuoH+PCY64z5jdF");
    Path list =
        list("list", "spki:ac282b41dd0f3f665e279b365018690b22980f6b31aa03ef69f1fac11c6b7f51");
    assertThat(why(judged(key), list)).contains("list");
    assertThat(why(judged(key), list("list", MODULUS))).isEqualTo("accepted");
  }

  @Test
  void eachListIsNamed_thatHasTheKey() throws Exception {
    Path one = list("one", MODULUS);
    Path two = list("two", X);
    Path three = list("three", PRINTED.substring(20));
    assertThat(why(request("debian-2048.csr"), one, two, three))
        .endsWith("known-bad keys: " + one.getFileName() + ", " + three.getFileName());
  }

  @Test
  void startIsRefused_whenOneOfSeveralListsCannotBeHad() throws Exception {
    Path good = list("good", MODULUS);
    Path absent = folder.resolve("absent");
    assertThatThrownBy(() -> new KnownBadKeys(List.of(good, absent)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(absent.toString());
  }

  @Test
  void withoutListsNothingIsLookedUp() throws Exception {
    assertThat(why(request("debian-2048.csr"))).isEqualTo("accepted");
  }

  private Path list(String name, String... lines) throws IOException {
    return Files.write(folder.resolve(name), List.of(lines));
  }

  private static PublicKey request(String file) throws IOException {
    return switch (CertificationRequest.parse(Files.readAllBytes(KEYS.resolve(file)))) {
      case Outcome.Ok<CertificationRequest>(CertificationRequest read) -> read.key().key();
      case Outcome.Refused<CertificationRequest>(Refusal refusal) ->
          throw new AssertionError(refusal.why());
    };
  }

  private static PublicKey ssh(String file) throws IOException {
    return judged(SshPublicKey.read(Files.readString(KEYS.resolve(file))));
  }

  private static PublicKey judged(Outcome<SshPublicKey> outcome) {
    return switch (outcome) {
      case Outcome.Ok<SshPublicKey>(SshPublicKey key) -> key.publicKey();
      case Outcome.Refused<SshPublicKey>(Refusal refusal) ->
          throw new AssertionError(refusal.why());
    };
  }

  private static String why(PublicKey key, Path... lists) {
    return new KnownBadKeys(List.of(lists)).check(key)
            instanceof Outcome.Refused<PublicKey>(Refusal refusal)
        ? refusal.code() + ": " + refusal.why()
        : "accepted";
  }
}
