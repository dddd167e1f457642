package dev.mayfly.credential.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

/** What was said to the writer is what stands in the certificate, field by field, and no more. */
class SshCertificateProperties {

  private static final SshPublicKey SUBJECT = SshPublicKey.of(TestSsh.ec("secp256r1").getPublic());
  private static final SshCa CA = TestSsh.ca(SshSigning.ED25519);
  private static final long YEAR_9999 = 253_402_300_799L;

  @Property(tries = 500)
  void everyFieldStandsInItsPlace(
      @ForAll long serial,
      @ForAll @StringLength(min = 1, max = 100) @CharRange(from = ' ', to = '~') String keyId,
      @ForAll @Size(min = 1, max = 8)
          List<@StringLength(min = 1, max = 9) @CharRange(from = 'a', to = 'z') String> principals,
      @ForAll @LongRange(max = YEAR_9999 - 1) long start,
      @ForAll @IntRange(min = 1) int seconds,
      @ForAll Set<@StringLength(min = 1, max = 9) @CharRange(from = 'A', to = 'z') String> names) {
    long end = Math.min(start + seconds, YEAR_9999);
    TreeSet<String> extensions = new TreeSet<>();
    names.forEach(name -> extensions.add(name.replaceAll("[^A-Za-z]", "-") + "@td.example"));
    SshCertificate certificate =
        new SshCertificate(
            SshCertificate.Type.USER,
            SUBJECT,
            serial == 0 ? 1 : serial,
            keyId,
            principals,
            Instant.ofEpochSecond(start),
            Instant.ofEpochSecond(end),
            new SshOptions(List.of(), Optional.empty(), extensions));
    SshReader read = new SshReader(certificate.signedBy(CA, new SecureRandom()).blob());
    assertThat(read.text()).isEqualTo("ecdsa-sha2-nistp256-cert-v01@openssh.com");
    assertThat(read.string()).hasSize(32);
    byte[] body = new SshWriter().string(read.string()).string(read.string()).bytes();
    assertThat(body).isEqualTo(SUBJECT.body());
    assertThat(read.uint64()).isEqualTo(certificate.serial());
    assertThat(read.uint32()).isEqualTo(1);
    assertThat(read.text()).isEqualTo(keyId);
    assertThat(words(read.string())).isEqualTo(principals);
    assertThat(read.uint64()).isEqualTo(start);
    assertThat(read.uint64()).isEqualTo(end);
    assertThat(read.string()).isEmpty();
    assertThat(words(read.string()).stream().filter(word -> !word.isEmpty()))
        .containsExactlyElementsOf(extensions);
    assertThat(read.string()).isEmpty();
    assertThat(read.string()).isEqualTo(CA.key().blob());
    assertThat(new SshReader(read.string()).text()).isEqualTo("ssh-ed25519");
    assertThat(read.isDone()).isTrue();
  }

  /** RFC 4251 5: a number is written in its shortest form, so that it is read as itself. */
  @Property(tries = 2_000)
  void numberIsReadAsItWasWritten(@ForAll @Size(min = 1, max = 40) byte[] octets) {
    BigInteger number = new BigInteger(1, octets);
    SshReader read = new SshReader(new SshWriter().mpint(number).bytes());
    assertThat(read.mpint()).isEqualTo(number);
    assertThat(read.isDone()).isEqualTo(number.signum() > 0);
  }

  private static List<String> words(byte[] packed) {
    List<String> words = new ArrayList<>();
    SshReader read = new SshReader(packed);
    while (!read.isDone() && !read.isBad()) {
      words.add(read.text());
    }
    assertThat(read.isBad()).isFalse();
    return words;
  }
}
