package dev.mayfly.story;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.mayfly.credential.ssh.SshPublicKey;
import dev.mayfly.credential.ssh.TestSsh;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher puts few jars on the class path; these commands need one that others do not. */
class LauncherIT {

  @TempDir Path folder;

  @Test
  void sshConfigJudgesTheKeysOfTheHostsCa() throws Exception {
    String key = SshPublicKey.of(TestSsh.ed25519().getPublic()).line();
    HttpServer broker =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    broker.createContext(
        "/ssh/host-ca.pub",
        exchange -> {
          byte[] keys = (key + "\n").getBytes(UTF_8);
          exchange.sendResponseHeaders(200, keys.length);
          try (var body = exchange.getResponseBody()) {
            body.write(keys);
          }
        });
    broker.start();
    try {
      ProcessBuilder command =
          CommandArchive.command(
                  folder.resolve("cache"),
                  List.of("ssh-config", "--known-hosts", "--host", "*.shop.test"))
              .redirectErrorStream(true);
      command
          .environment()
          .put("MAYFLY_BROKER", "http://localhost:" + broker.getAddress().getPort());
      Process process = command.start();
      String out = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor()).as(out).isZero();
      assertThat(out).isEqualTo("@cert-authority *.shop.test " + key + "\n");
    } finally {
      broker.stop(0);
    }
  }
}
