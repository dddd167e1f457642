package dev.mayfly.cli.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.cli.broker.Stop;
import dev.mayfly.credential.ssh.SshCertificate;
import dev.mayfly.credential.ssh.SshOptions;
import dev.mayfly.credential.ssh.SshPrograms;
import dev.mayfly.credential.ssh.SshSigning;
import dev.mayfly.credential.ssh.TestSsh;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real ssh-agent takes a key with its certificate, and forgets both by itself. */
class SshAgentTest {

  @TempDir Path folder;
  private Path socket;
  private Process agent;

  @BeforeEach
  void start() throws IOException {
    socket = folder.resolve("agent");
    agent =
        new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("agent.log").toFile())
            .start();
    for (int tries = 0; tries < 200 && !Files.exists(socket); tries++) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(25));
    }
  }

  @AfterEach
  void end() {
    agent.destroy();
  }

  @Test
  void agentShowsTheCertificate() throws Stop {
    CertifiedKey key = certified();
    SshAgent.at(socket).add(key, "mayfly orders-admin", Duration.ofMinutes(5));
    assertThat(sshAdd("-L").well())
        .startsWith("ssh-ed25519-cert-v01@openssh.com ")
        .endsWith(" mayfly orders-admin\n");
    assertThat(sshAdd("-l").well())
        .contains(key.publicKey().fingerprint() + " mayfly orders-admin");
  }

  /** ssh-keygen signs with it: the private key that the agent holds is the certificate's. */
  @Test
  void agentSignsWithTheKey() throws Exception {
    CertifiedKey key = certified();
    SshAgent.at(socket).add(key, "k", Duration.ofMinutes(5));
    Path text = Files.writeString(folder.resolve("text"), "text");
    Path pub = Files.writeString(folder.resolve("k.pub"), key.publicKey().line() + "\n");
    Path cert = Files.writeString(folder.resolve("k-cert.pub"), sshAdd("-L").well());
    assertThat(Files.exists(pub)).isTrue();
    assertThat(
            SshPrograms.run(
                    Map.of("SSH_AUTH_SOCK", socket.toString()),
                    "ssh-keygen",
                    "-Y",
                    "sign",
                    "-f",
                    cert.toString(),
                    "-n",
                    "file",
                    text.toString())
                .well())
        .contains("Signing file");
  }

  @Test
  void agentForgetsIt_whenItsLifeIsOver() throws Stop {
    SshAgent.at(socket).add(certified(), "k", Duration.ofSeconds(1));
    boolean gone = false;
    for (int tries = 0; tries < 100 && !gone; tries++) {
      gone = sshAdd("-l").text().contains("no identities");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
    assertThat(gone).isTrue();
  }

  @Test
  void certificateForAnotherKey_isNotTaken() throws Stop {
    CertifiedKey key = CertifiedKey.fresh().with(certificate(CertifiedKey.fresh()));
    assertThatThrownBy(() -> SshAgent.at(socket).add(key, "k", Duration.ofMinutes(5)))
        .isInstanceOf(Stop.class)
        .hasMessageContaining("did not take");
  }

  @Test
  void agentThatIsAway_isSaidSo() {
    assertThatThrownBy(
            () -> SshAgent.at(folder.resolve("none")).add(certified(), "k", Duration.ofMinutes(5)))
        .isInstanceOf(Stop.class)
        .hasMessageContaining("no ssh-agent answers");
  }

  @Test
  void certificateThatIsOver_orNone_isNotAdded() throws Stop {
    CertifiedKey key = certified();
    assertThatThrownBy(() -> SshAgent.at(socket).add(key, "k", Duration.ZERO))
        .hasMessageContaining("no time left");
    for (String line :
        new String[] {"", "ssh-ed25519 AAAA", "ssh-ed25519-cert-v01@openssh.com !"}) {
      assertThatThrownBy(() -> key.with(line)).hasMessageContaining("no certificate");
    }
  }

  private static CertifiedKey certified() throws Stop {
    CertifiedKey key = CertifiedKey.fresh();
    return key.with(certificate(key));
  }

  private static String certificate(CertifiedKey key) {
    Instant now = InstantSource.system().instant();
    return new SshCertificate(
            SshCertificate.Type.USER,
            key.publicKey(),
            7,
            "k",
            List.of("root"),
            now.minusSeconds(60),
            now.plusSeconds(600),
            SshOptions.NONE)
        .signedBy(TestSsh.ca(SshSigning.ED25519), new SecureRandom())
        .line();
  }

  private SshPrograms.Said sshAdd(String option) {
    return SshPrograms.run(Map.of("SSH_AUTH_SOCK", socket.toString()), "ssh-add", option);
  }
}
