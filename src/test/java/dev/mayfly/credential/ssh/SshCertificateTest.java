package dev.mayfly.credential.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.sshd.common.config.keys.OpenSshCertificate;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates as OpenSSH and Apache MINA read them, and those that cannot be made. */
class SshCertificateTest {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Instant START = Instant.parse("2030-01-01T10:00:00Z");
  private static final Instant END = START.plus(Duration.ofMinutes(30));

  /** The first bit is set, as in every serial that is the end of a UUID. */
  private static final long SERIAL = 0x9000_0000_0000_0007L;

  private static final SshPublicKey SUBJECT = SshPublicKey.of(TestSsh.ed25519().getPublic());

  private static final SshOptions ALL =
      new SshOptions(
          List.of("10.0.0.0/8", "2001:db8::/32"),
          Optional.of("/usr/bin/uptime -p"),
          new TreeSet<>(
              List.of("permit-pty", "permit-X11-forwarding", "permit-agent-forwarding", "a@b.c")));

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(SshSigning.class)
  void everyCaSignsWhatSshKeygenBelieves(SshSigning signing) {
    SshCa ca = TestSsh.ca(signing);
    String said = shown(user(SUBJECT, ALL).signedBy(ca, RANDOM));
    assertThat(said)
        .contains("Type: ssh-ed25519-cert-v01@openssh.com user certificate")
        .contains("Public key: ED25519-CERT " + SUBJECT.fingerprint())
        .contains(ca.key().fingerprint())
        .contains("Key ID: \"grant=0190 spiffe://td.example/shop\"")
        .contains("Serial: " + Long.toUnsignedString(SERIAL))
        .contains("Valid: from 2030-01-01T10:00:00 to 2030-01-01T10:30:00")
        .containsPattern("Principals: \n +deploy\n +root\n")
        .containsPattern(
            "Critical Options: \\n +force-command /usr/bin/uptime -p\\n +source-address ")
        .contains(" source-address 10.0.0.0/8,2001:db8::/32")
        .containsPattern(
            "Extensions: \\n +a@b.c.*\\n +permit-X11-f\\w+\\n +permit-agent-\\w+\\n +permit-pty");
  }

  @ParameterizedTest
  @EnumSource(SshKeyType.class)
  void everyKeyIsCertified(SshKeyType type) {
    SshPublicKey subject = subject(type);
    assertThat(subject.type()).isEqualTo(type);
    assertThat(
            shown(user(subject, SshOptions.NONE).signedBy(TestSsh.ca(SshSigning.ED25519), RANDOM)))
        .contains("Type: " + type.certificateName() + " user certificate")
        .contains(subject.fingerprint())
        .contains("Critical Options: (none)")
        .contains("Extensions: (none)");
  }

  /** RFC 8332, RFC 5656 and RFC 8709 signatures, verified by a second Java. */
  @ParameterizedTest
  @EnumSource(
      value = SshSigning.class,
      names = {"ECDSA_P256", "ECDSA_P384", "RSA_SHA256", "RSA_SHA512"})
  void minaVerifiesTheSignature(SshSigning signing) throws Exception {
    SshPublicKey subject = SshPublicKey.of(TestSsh.ec("secp256r1").getPublic());
    SshCertificate.Signed signed = user(subject, ALL).signedBy(TestSsh.ca(signing), RANDOM);
    OpenSshCertificate read =
        (OpenSshCertificate)
            PublicKeyEntry.parsePublicKeyEntry(signed.line()).resolvePublicKey(null, null, null);
    assertThat(read.getSerial()).isEqualTo(SERIAL);
    assertThat(read.getType()).isEqualTo(OpenSshCertificate.Type.USER);
    assertThat(read.getPrincipals()).containsExactly("deploy", "root");
    assertThat(Instant.ofEpochSecond(read.getValidBefore())).as("rule 4").isEqualTo(END);
    assertThat(SshPublicKey.of(read.getCertPubKey())).isEqualTo(subject);
    var algorithm = BuiltinSignatures.fromFactoryName(read.getSignatureAlgorithm());
    var signature = algorithm.create();
    signature.initVerifier(null, read.getCaPubKey());
    signature.update(null, read.getMessage());
    assertThat(signature.verify(null, read.getSignature())).isTrue();
  }

  @Test
  void hostCertificateIsOne() {
    SshCertificate certificate =
        new SshCertificate(
            SshCertificate.Type.HOST,
            SUBJECT,
            1,
            "h",
            List.of("web-1.shop.example"),
            START,
            END,
            SshOptions.NONE);
    assertThat(shown(certificate.signedBy(TestSsh.ca(SshSigning.ECDSA_P256), RANDOM)))
        .contains("host certificate")
        .contains("web-1.shop.example");
  }

  @Test
  void nonceIsAnother_eachTime() {
    SshCa ca = TestSsh.ca(SshSigning.ED25519);
    SshCertificate certificate = user(SUBJECT, ALL);
    assertThat(certificate.signedBy(ca, RANDOM).blob())
        .isNotEqualTo(certificate.signedBy(ca, RANDOM).blob());
  }

  /** OpenSSH before 10.3 takes it for everybody. */
  @Test
  void certificateForNobody_cannotBeMade() {
    assertThatThrownBy(() -> forPrincipals(List.of())).hasMessageContaining("for somebody");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a,b", "*", "web-?", "!root", "a\nb", "a\u0000", "rооt"})
  void principalThatIsReadAsAnother_cannotBeMade(String principal) {
    assertThatThrownBy(() -> forPrincipals(List.of("root", principal)))
        .hasMessageContaining("one visible word");
  }

  @Test
  void tooManyPrincipals_cannotBeMade() {
    assertThatThrownBy(() -> forPrincipals(Collections.nCopies(257, "root")))
        .hasMessageContaining("256");
  }

  @Test
  void certificateWithoutAnEnd_cannotBeMade() {
    for (Instant end :
        new Instant[] {START, START.plusMillis(1), START.minusSeconds(1), Instant.MAX}) {
      assertThatThrownBy(() -> until(SERIAL, START, end)).hasMessageContaining("ends");
    }
    assertThatThrownBy(() -> until(SERIAL, Instant.ofEpochSecond(-1), END))
        .hasMessageContaining("1970");
  }

  @Test
  void certificateWithoutASerial_cannotBeMade() {
    assertThatThrownBy(() -> until(0, START, END)).hasMessageContaining("serial");
  }

  @Test
  void hostCertificateWithOptions_cannotBeMade() {
    assertThatThrownBy(
            () ->
                new SshCertificate(
                    SshCertificate.Type.HOST, SUBJECT, 1, "h", List.of("h"), START, END, ALL))
        .hasMessageContaining("no options");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0.1", "10.0.0.1/8", "10.0.0.0/33", "::/129", "2001:db8::1/32", "host/8",
        "010.0.0.0/8x", "10.0.0.0/8,0.0.0.0/0", "10.0.0.0/-1", "", "/8", "1/8"
      })
  void networkThatSshdRefuses_cannotBeMade(String network) {
    assertThatThrownBy(() -> new SshOptions(List.of(network), Optional.empty(), new TreeSet<>()))
        .hasMessageContaining("CIDR");
  }

  @ParameterizedTest
  @ValueSource(strings = {"permit-everything", "", "permit-pty ", "@", "a@"})
  void extensionThatNobodyKnows_cannotBeMade(String extension) {
    assertThatThrownBy(
            () -> new SshOptions(List.of(), Optional.empty(), new TreeSet<>(List.of(extension))))
        .hasMessageContaining("no extension");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "true\nrm -rf /", "a\u0000"})
  void commandOfTwoLines_cannotBeMade(String command) {
    assertThatThrownBy(() -> new SshOptions(List.of(), Optional.of(command), new TreeSet<>()))
        .hasMessageContaining("one line");
  }

  @Test
  void caSignsInItsOwnWayOnly() {
    assertThatThrownBy(() -> new SshCa(SUBJECT, SshSigning.RSA_SHA256, input -> input))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(SshSigning.named("ES256")).contains(SshSigning.ECDSA_P256);
    assertThat(SshSigning.named("RS1")).isEmpty();
  }

  private static SshCertificate user(SshPublicKey subject, SshOptions options) {
    return new SshCertificate(
        SshCertificate.Type.USER,
        subject,
        SERIAL,
        "grant=0190 spiffe://td.example/shop",
        List.of("deploy", "root"),
        START,
        END,
        options);
  }

  private static SshCertificate forPrincipals(List<String> principals) {
    return new SshCertificate(
        SshCertificate.Type.USER, SUBJECT, SERIAL, "k", principals, START, END, SshOptions.NONE);
  }

  private static SshCertificate until(long serial, Instant start, Instant end) {
    return new SshCertificate(
        SshCertificate.Type.USER,
        SUBJECT,
        serial,
        "k",
        List.of("root"),
        start,
        end,
        SshOptions.NONE);
  }

  private static SshPublicKey subject(SshKeyType type) {
    return switch (type) {
      case ED25519 -> SUBJECT;
      case ECDSA_P256 -> SshPublicKey.of(TestSsh.ec("secp256r1").getPublic());
      case ECDSA_P384 -> SshPublicKey.of(TestSsh.ec("secp384r1").getPublic());
      case ECDSA_P521 -> SshPublicKey.of(TestSsh.ec("secp521r1").getPublic());
      case RSA -> SshPublicKey.of(TestSsh.rsa(3072).getPublic());
      case SK_ED25519 -> SshPublicKeyTest.skEd25519();
      case SK_ECDSA_P256 -> SshPublicKeyTest.skEcdsa();
    };
  }

  /** ssh-keygen checks the CA's signature as it reads. */
  private String shown(SshCertificate.Signed signed) {
    try {
      Path file = Files.writeString(folder.resolve("id-cert.pub"), signed.line() + "\n");
      return SshPrograms.run(Map.of("TZ", "UTC"), "ssh-keygen", "-L", "-f", file.toString()).well();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
