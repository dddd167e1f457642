package dev.mayfly.revocation.krl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.credential.ssh.SshCa;
import dev.mayfly.credential.ssh.SshCertificate;
import dev.mayfly.credential.ssh.SshOptions;
import dev.mayfly.credential.ssh.SshPrograms;
import dev.mayfly.credential.ssh.SshSigning;
import dev.mayfly.credential.ssh.TestSsh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A real sshd and a real ssh: who logs in with our certificates, until when, and what for. */
class SshdTest {

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final String HOST = "web-1.shop.example";
  private static final SshCa HOST_CA = TestSsh.ca(SshSigning.ECDSA_P256);

  @TempDir Path folder;
  private Path identity;
  private Path knownHosts;
  private Path userCas;
  private Path revoked;
  private Sshd sshd;

  @BeforeEach
  void fleetOfOne() throws IOException {
    identity = SshPrograms.keygen(folder, "id", "-t", "ed25519");
    Path hostKey = SshPrograms.keygen(folder, "host", "-t", "ed25519");
    certify(hostKey, HOST_CA, certificate(hostKey, SshCertificate.Type.HOST, HOST));
    knownHosts =
        Files.writeString(
            folder.resolve("known_hosts"),
            "@cert-authority *.shop.example " + HOST_CA.key().line() + "\n");
    userCas = Files.writeString(folder.resolve("user-ca.pub"), "");
    revoked = folder.resolve("revoked.krl");
    publish(new Krl(1, now()));
    sshd =
        Sshd.with(
            folder,
            "HostKey " + hostKey,
            "HostCertificate " + hostKey + "-cert.pub",
            "TrustedUserCAKeys " + userCas,
            "RevokedKeys " + revoked);
  }

  @AfterEach
  void end() {
    sshd.close();
  }

  /** The host's certificate is accepted on the way: no prompt, and no key in known_hosts. */
  @ParameterizedTest
  @EnumSource(SshSigning.class)
  void userLogsIn_andNoMoreOnceTheNewListStandsThere(SshSigning signing) throws IOException {
    SshCa ca = trusted(TestSsh.ca(signing));
    certify(identity, ca, certificate(identity, SshCertificate.Type.USER, Sshd.user()));
    assertThat(login("echo in").well()).contains("in\n");
    publish(new Krl(2, now()).certificates(ca.key(), 6));
    assertThat(login("echo in").well()).contains("in\n");
    publish(new Krl(3, now()).certificates(ca.key(), 6, 7));
    assertRefused();
    assertThat(sshd.log()).contains("revoked by file " + revoked);
  }

  @Test
  void taintedCaLetsNobodyIn() throws IOException {
    SshCa ca = trusted(TestSsh.ca(SshSigning.ED25519));
    certify(identity, ca, certificate(identity, SshCertificate.Type.USER, Sshd.user()));
    assertThat(login("true").exit()).isZero();
    publish(new Krl(2, now()).key(ca.key()));
    assertRefused();
  }

  @Test
  void anotherPrincipal_anotherAddress_orAnEndThatIsPast_doesNotLogIn() throws IOException {
    SshCa ca = trusted(TestSsh.ca(SshSigning.ED25519));
    certify(identity, ca, certificate(identity, SshCertificate.Type.USER, "somebody-else"));
    assertRefused();
    assertThat(sshd.log()).contains("Certificate invalid: name is not a listed principal");
    certify(identity, ca, user(now().minusSeconds(60), now().minusSeconds(1), SshOptions.NONE));
    assertRefused();
    assertThat(sshd.log()).contains("Certificate invalid: expired");
    certify(identity, ca, user(now().plusSeconds(60), now().plusSeconds(90), SshOptions.NONE));
    assertRefused();
    assertThat(sshd.log()).contains("Certificate invalid: not yet valid");
    certify(identity, ca, user(options("192.0.2.0/24", "true")));
    assertRefused();
    assertThat(sshd.log()).contains("not from a permitted source address");
    certify(identity, ca, user(options("127.0.0.0/8", "echo forced")));
    assertThat(login("echo asked").well()).contains("forced").doesNotContain("asked");
  }

  /** The log of sshd names the grant: who audits a host finds the broker's row. */
  @Test
  void logOfSshdHoldsKeyIdAndSerial() throws IOException {
    SshCa ca = trusted(TestSsh.ca(SshSigning.ED25519));
    certify(identity, ca, certificate(identity, SshCertificate.Type.USER, Sshd.user()));
    login("true").well();
    assertThat(sshd.log()).contains("ID grant=g1 person=p1 (serial 7)");
  }

  @Test
  void hostWithACertificateForAnotherName_isNotBelieved() throws IOException {
    SshCa ca = trusted(TestSsh.ca(SshSigning.ED25519));
    certify(identity, ca, certificate(identity, SshCertificate.Type.USER, Sshd.user()));
    SshPrograms.Said said = sshd.ssh(identity, knownHosts, "web-2.shop.example", "true");
    assertThat(said.exit()).isNotZero();
    assertThat(said.text()).contains("Host key verification failed");
  }

  /** Fails closed: without a list that it can read, sshd lets nobody in. */
  @Test
  void listThatIsBroken_letsNobodyIn() throws IOException {
    SshCa ca = trusted(TestSsh.ca(SshSigning.ED25519));
    certify(identity, ca, certificate(identity, SshCertificate.Type.USER, Sshd.user()));
    Files.write(revoked, new byte[] {'S', 'S', 'H', 'K', 'R', 'L', '\n', 0, 1});
    assertRefused();
    assertThat(sshd.log()).contains("Error checking authentication key", "in revoked keys file");
  }

  private SshPrograms.Said login(String command) {
    return sshd.ssh(identity, knownHosts, HOST, command);
  }

  private void assertRefused() {
    SshPrograms.Said said = login("true");
    assertThat(said.exit()).isEqualTo(255);
    assertThat(said.text()).contains("Permission denied (publickey)");
  }

  private SshCa trusted(SshCa ca) throws IOException {
    Files.writeString(userCas, ca.key().line() + "\n");
    return ca;
  }

  /** As the timer on a host does it. */
  private void publish(Krl krl) throws IOException {
    Path next = Files.write(folder.resolve("next.krl"), krl.bytes());
    Files.move(next, revoked, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void certify(Path key, SshCa ca, SshCertificate certificate) throws IOException {
    Files.writeString(Path.of(key + "-cert.pub"), certificate.signedBy(ca, RANDOM).line() + "\n");
  }

  private static SshCertificate certificate(Path key, SshCertificate.Type type, String principal) {
    return new SshCertificate(
        type,
        TestSsh.key(SshPrograms.publicOf(key)),
        7,
        "grant=g1 person=p1",
        List.of(principal),
        now().minusSeconds(60),
        now().plusSeconds(600),
        SshOptions.NONE);
  }

  private SshCertificate user(SshOptions options) {
    return user(now().minusSeconds(60), now().plusSeconds(600), options);
  }

  private SshCertificate user(Instant start, Instant end, SshOptions options) {
    return new SshCertificate(
        SshCertificate.Type.USER,
        TestSsh.key(SshPrograms.publicOf(identity)),
        7,
        "k",
        List.of(Sshd.user()),
        start,
        end,
        options);
  }

  private static SshOptions options(String network, String command) {
    return new SshOptions(List.of(network), Optional.of(command), new TreeSet<>());
  }

  /** sshd asks the machine's clock. */
  private static Instant now() {
    return InstantSource.system().instant();
  }
}
