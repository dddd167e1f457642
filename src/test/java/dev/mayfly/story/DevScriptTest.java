package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.credential.ssh.SshPrograms;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code deploy/dev} says that a port is taken before it builds, which takes minutes. */
class DevScriptTest {

  @TempDir Path folder;

  /** A clone in which nothing is built, nor can be. */
  @BeforeEach
  void cloneTheScript() throws IOException {
    Files.createDirectory(folder.resolve("deploy"));
    Files.copy(Path.of("deploy/dev"), folder.resolve("deploy/dev"));
  }

  private SshPrograms.Said dev(int port, int tlsPort, String more) {
    return SshPrograms.run(
        Map.of(
            "JAVA_OPTS",
            "-Dquarkus.http.port=%d -Dquarkus.http.ssl-port=%d %s".formatted(port, tlsPort, more)),
        "bash",
        folder.resolve("deploy/dev").toString());
  }

  private static ServerSocket listening() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  @Test
  void takenPortIsSaid_beforeAnythingIsBuilt() throws IOException {
    try (ServerSocket other = listening()) {
      SshPrograms.Said said = dev(other.getLocalPort(), BrokerProcess.freePort(), "");
      assertThat(said.exit()).isEqualTo(1);
      assertThat(said.text())
          .contains("port " + other.getLocalPort() + " is taken")
          .doesNotContain("building");
    }
  }

  @Test
  void takenTlsPortIsSaid_unlessItIsNotWanted() throws IOException {
    try (ServerSocket other = listening()) {
      SshPrograms.Said said = dev(BrokerProcess.freePort(), other.getLocalPort(), "");
      assertThat(said.exit()).isEqualTo(1);
      assertThat(said.text())
          .contains("port " + other.getLocalPort() + ", for TLS, is taken")
          .doesNotContain("building");
      String unwanted = "-Dquarkus.http.tls-configuration-name=";
      assertThat(dev(BrokerProcess.freePort(), other.getLocalPort(), unwanted).text())
          .contains("building")
          .doesNotContain("is taken");
    }
  }
}
