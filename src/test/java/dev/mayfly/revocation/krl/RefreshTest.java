package dev.mayfly.revocation.krl;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mayfly.credential.ssh.SshCa;
import dev.mayfly.credential.ssh.SshPrograms;
import dev.mayfly.credential.ssh.SshSigning;
import dev.mayfly.credential.ssh.TestSsh;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that a host's timer runs: what it takes, and what it leaves in place. */
class RefreshTest {

  private static final Instant NOW = Instant.parse("2030-01-01T10:00:00Z");
  private static final SshCa CA = TestSsh.ca(SshSigning.ED25519);

  private final List<Integer> said = new CopyOnWriteArrayList<>();
  private volatile byte[] list = list(5);
  private volatile String cas = CA.key().line() + "\n";
  private HttpServer server;
  @TempDir Path folder;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/ssh/krl", exchange -> answer(exchange, list));
    server.createContext(
        "/ssh/user-ca.pub", exchange -> answer(exchange, cas.getBytes(StandardCharsets.UTF_8)));
    server.start();
  }

  @AfterEach
  void end() {
    server.stop(0);
  }

  @Test
  void bothFilesAreFetched_onceUntilTheyChange() throws IOException {
    refresh().well();
    assertThat(folder.resolve("revoked.krl")).hasBinaryContent(list);
    assertThat(folder.resolve("user-ca.pub")).hasContent(cas);
    refresh().well();
    list = list(6);
    refresh().well();
    assertThat(folder.resolve("revoked.krl")).hasBinaryContent(list);
    assertThat(said).containsExactly(200, 200, 304, 304, 200, 304);
  }

  @Test
  void brokenList_isNotTaken() throws IOException {
    refresh().well();
    byte[] good = list;
    for (byte[] bad :
        List.of(Arrays.copyOf(good, 50), "<html>".getBytes(StandardCharsets.UTF_8), list(4))) {
      list = bad;
      assertThat(refresh().exit()).isEqualTo(1);
      assertThat(folder.resolve("revoked.krl")).hasBinaryContent(good);
      assertThat(folder.resolve("revoked.krl.new")).doesNotExist();
    }
    list = list(7);
    refresh().well();
    assertThat(folder.resolve("revoked.krl")).hasBinaryContent(list);
  }

  @Test
  void caThatIsNone_isNotTaken_andTheListIsAllTheSame() throws IOException {
    refresh().well();
    String good = cas;
    cas = "nothing\n";
    list = list(6);
    assertThat(refresh().exit()).isEqualTo(1);
    assertThat(folder.resolve("user-ca.pub")).hasContent(good);
    assertThat(folder.resolve("revoked.krl")).hasBinaryContent(list);
  }

  @Test
  void plainHttpIsRefused_withWhatToDo() {
    String broker = "http://127.0.0.1:" + server.getAddress().getPort();
    Map<String, String> around =
        Map.of("MAYFLY_BROKER", broker, "MAYFLY_SSH_FOLDER", folder.toString());
    SshPrograms.Said said = SshPrograms.run(around, "deploy/ssh/mayfly-ssh-refresh");
    assertThat(said.exit()).isEqualTo(2);
    assertThat(said.text()).contains("refusing plain http", "MAYFLY_ALLOW_HTTP=true");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void brokerThatIsAway_leavesWhatStandsThere() throws IOException {
    refresh().well();
    server.stop(0);
    assertThat(refresh().exit()).isEqualTo(1);
    assertThat(folder.resolve("revoked.krl")).hasBinaryContent(list);
  }

  @Test
  void listThatSomebodyRemoved_isFetchedAnew() throws IOException {
    refresh().well();
    Files.delete(folder.resolve("revoked.krl"));
    refresh().well();
    assertThat(folder.resolve("revoked.krl")).hasBinaryContent(list);
  }

  private SshPrograms.Said refresh() {
    return SshPrograms.run(
        Map.of(
            "MAYFLY_BROKER",
            "http://127.0.0.1:" + server.getAddress().getPort(),
            "MAYFLY_ALLOW_HTTP",
            "true",
            "MAYFLY_SSH_FOLDER",
            folder.toString()),
        "deploy/ssh/mayfly-ssh-refresh");
  }

  private static byte[] list(long version) {
    return new Krl(version, NOW).certificates(CA.key(), 7, 70).bytes();
  }

  private void answer(HttpExchange exchange, byte[] body) throws IOException {
    try (exchange) {
      String etag = "\"" + Arrays.hashCode(body) + "\"";
      boolean same = etag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"));
      exchange.getResponseHeaders().set("ETag", etag);
      said.add(same ? 304 : 200);
      exchange.sendResponseHeaders(same ? 304 : 200, same ? -1 : body.length);
      if (!same) {
        exchange.getResponseBody().write(body);
      }
    }
  }
}
