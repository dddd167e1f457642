package dev.mayfly.revocation.krl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.credential.ssh.SshCa;
import dev.mayfly.credential.ssh.SshCertificate;
import dev.mayfly.credential.ssh.SshOptions;
import dev.mayfly.credential.ssh.SshPrograms;
import dev.mayfly.credential.ssh.SshPublicKey;
import dev.mayfly.credential.ssh.SshSigning;
import dev.mayfly.credential.ssh.TestSsh;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Key revocation lists as OpenSSH and JGit read them. */
class KrlTest {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Instant NOW = Instant.parse("2030-01-01T10:00:00Z");
  private static final SshPublicKey SUBJECT = SshPublicKey.of(TestSsh.ec("secp256r1").getPublic());
  private static final SshCa CA = TestSsh.ca(SshSigning.ECDSA_P256);
  private static final SshCa OTHER = TestSsh.ca(SshSigning.ECDSA_P256);

  @TempDir Path folder;

  @Test
  void listedSerialIsRevoked_andNoOtherOfThatCa_norOfAnother() throws Exception {
    Krl krl = new Krl(1, NOW).certificates(CA.key(), 0x9000_0000_0000_0007L, 5, -1);
    for (long revoked : new long[] {0x9000_0000_0000_0007L, 5, -1}) {
      assertThat(isRevoked(krl, certificate(CA, revoked))).isTrue();
      assertThat(isRevoked(krl, certificate(OTHER, revoked))).isFalse();
    }
    assertThat(isRevoked(krl, certificate(CA, 6))).isFalse();
    assertThat(isRevoked(krl, certificate(CA, Long.MIN_VALUE))).isFalse();
  }

  @Test
  void sectionsOfSeveralCasStandSideBySide() throws Exception {
    Krl krl = new Krl(2, NOW).certificates(CA.key(), 7).certificates(OTHER.key(), 8);
    assertThat(isRevoked(krl, certificate(CA, 7))).isTrue();
    assertThat(isRevoked(krl, certificate(CA, 8))).isFalse();
    assertThat(isRevoked(krl, certificate(OTHER, 8))).isTrue();
  }

  @Test
  void taintedCa_takesAllItSignedWithIt() throws Exception {
    Krl krl = new Krl(3, NOW).key(CA.key());
    assertThat(isRevoked(krl, certificate(CA, 7))).isTrue();
    assertThat(isRevoked(krl, CA.key().line())).isTrue();
    assertThat(isRevoked(krl, certificate(OTHER, 7))).isFalse();
  }

  @Test
  void keyKnownByItsHashOnly_isRevokedWithItsCertificates() throws Exception {
    byte[] sha256 = Base64.getUrlDecoder().decode(SUBJECT.thumbprint());
    Krl krl = new Krl(4, NOW).fingerprint(sha256);
    assertThat(isRevoked(krl, SUBJECT.line())).isTrue();
    assertThat(isRevoked(krl, CA.key().line())).isFalse();
  }

  @Test
  void emptyListRevokesNothing() throws Exception {
    Krl krl = new Krl(5, NOW).certificates(CA.key());
    assertThat(isRevoked(krl, certificate(CA, 7))).isFalse();
    assertThat(isRevoked(krl, CA.key().line())).isFalse();
  }

  @Test
  void rangeAndBitmapAreReadAsTheirSerials() throws Exception {
    long[] counted = LongStream.rangeClosed(1000, 9000).toArray();
    Krl range = new Krl(6, NOW).certificates(CA.key(), counted);
    long[] every = LongStream.rangeClosed(500, 9000).map(n -> 2 * n).toArray();
    Krl bitmap = new Krl(7, NOW).certificates(CA.key(), every);
    assertThat(range.bytes()).hasSizeLessThan(250);
    assertThat(bitmap.bytes()).hasSizeLessThan(2500);
    for (long edge : new long[] {1000, 9000, 4096}) {
      assertThat(isRevoked(range, certificate(CA, edge))).isTrue();
      assertThat(isRevoked(bitmap, certificate(CA, edge))).isTrue();
    }
    assertThat(isRevoked(bitmap, certificate(CA, 4097))).isFalse();
    assertThat(isRevoked(bitmap, certificate(CA, 18000))).isTrue();
    for (long beside : new long[] {999, 9001}) {
      assertThat(isRevoked(range, certificate(CA, beside))).isFalse();
      assertThat(isRevoked(bitmap, certificate(CA, beside))).isFalse();
    }
  }

  @Test
  void sshKeygenShowsWhatStandsInIt() throws IOException {
    byte[] bytes = new Krl(42, NOW).certificates(CA.key(), 5, -1).key(OTHER.key()).bytes();
    Path file = Files.write(folder.resolve("krl"), bytes);
    assertThat(SshPrograms.run("ssh-keygen", "-Q", "-l", "-f", file.toString()).well())
        .contains("# KRL version 42")
        .contains("20300101T")
        .contains(CA.key().fingerprint())
        .contains("serial: 5\n")
        .contains("serial: 18446744073709551615\n")
        .contains(OTHER.key().fingerprint());
  }

  @Test
  void hundredThousandSerialsAreWrittenQuickly_andRead() throws Exception {
    long[] serials = new Random(7).longs(100_000).map(n -> n | Long.MIN_VALUE).toArray();
    Krl krl = new Krl(8, NOW).certificates(CA.key(), serials);
    long best = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      long start = System.nanoTime();
      krl.bytes();
      best = Math.min(best, System.nanoTime() - start);
    }
    assertThat(best).as("nanoseconds").isLessThan(200_000_000);
    assertThat(krl.bytes()).hasSizeLessThan(801_000);
    assertThat(isRevoked(krl, certificate(CA, serials[99_999]))).isTrue();
    assertThat(isRevoked(krl, certificate(CA, 7))).isFalse();
  }

  @Test
  void sameContentIsTheSameOctets() {
    assertThat(new Krl(1, NOW).certificates(CA.key(), 3, 1, 2, 3).bytes())
        .isEqualTo(new Krl(1, NOW).certificates(CA.key(), 1, 2, 3).bytes());
  }

  @Test
  void listWithoutVersion_orWithASerialThatNothingHas_cannotBeMade() {
    assertThatThrownBy(() -> new Krl(0, NOW)).hasMessageContaining("version");
    assertThatThrownBy(() -> new Krl(1, NOW).certificates(CA.key(), 0).bytes())
        .hasMessageContaining("serial");
    assertThatThrownBy(() -> new Krl(1, NOW).certificates(CA.key()).certificates(CA.key()))
        .hasMessageContaining("section");
    assertThatThrownBy(() -> new Krl(1, NOW).fingerprint(new byte[20])).hasMessageContaining("32");
  }

  /** OpenSSH and JGit must be of one mind. */
  private boolean isRevoked(Krl krl, String line) throws Exception {
    Path file = Files.write(Files.createTempFile(folder, "krl", ""), krl.bytes());
    Path key = Files.writeString(folder.resolve("asked.pub"), line + "\n");
    SshPrograms.Said said =
        SshPrograms.run("ssh-keygen", "-Q", "-f", file.toString(), key.toString());
    boolean revoked = said.exit() == 1;
    assertThat(said.text()).endsWith(revoked ? "REVOKED\n" : "ok\n");
    assertThat(jgitSaysRevoked(file, line)).as("JGit").isEqualTo(revoked);
    return revoked;
  }

  /** Its reader is not public, and there is no other in Java. */
  private static boolean jgitSaysRevoked(Path krl, String line) throws Exception {
    Class<?> reader = Class.forName("org.eclipse.jgit.internal.signing.ssh.OpenSshKrl");
    Constructor<?> of = reader.getConstructor(Path.class);
    of.setAccessible(true);
    Method asked = reader.getMethod("isRevoked", PublicKey.class);
    asked.setAccessible(true);
    PublicKey key = PublicKeyEntry.parsePublicKeyEntry(line).resolvePublicKey(null, null, null);
    return (boolean) asked.invoke(of.newInstance(krl), key);
  }

  private static String certificate(SshCa ca, long serial) {
    return new SshCertificate(
            SshCertificate.Type.USER,
            SUBJECT,
            serial,
            "k",
            List.of("root"),
            NOW,
            NOW.plusSeconds(60),
            SshOptions.NONE)
        .signedBy(ca, RANDOM)
        .line();
  }
}
