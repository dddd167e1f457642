package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a development broker brings along: its PostgreSQL, which ends with it, whatever became of
 * the one before, and the certificate of its TLS port.
 */
class EmbeddedDatabaseIT {

  /** It writes what it holds first, on a machine that may be busy. */
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path folder;

  @Test
  void databaseEndsWithTheBroker_alsoWhenAKilledOneHadStartedIt() throws Exception {
    BrokerProcess killed = start();
    ProcessHandle postgres = postgres();
    killed.kill();
    assertThat(postgres.isAlive()).as("nobody was left to end it").isTrue();
    int tls = BrokerProcess.freePort();
    try (BrokerProcess next = startWithTls(tls)) {
      assertThat(postgres()).as("joined, not started anew").isEqualTo(postgres);
      assertThat(next.readiness()).isEqualTo(200);
      opensTheTlsPortByItself(next, tls);
    }
    Eventually.within(LIMIT, () -> !postgres.isAlive());
  }

  @Test
  void secondBrokerOnTheFolderLeavesTheDatabase_toWhoStartedIt() throws IOException {
    BrokerProcess first = start();
    ProcessHandle postgres = postgres();
    try (first) {
      start().close();
      assertThat(postgres.isAlive()).isTrue();
      assertThat(first.readiness()).isEqualTo(200);
    }
    Eventually.within(LIMIT, () -> !postgres.isAlive());
  }

  /** Believed by the root that the broker publishes, and by nothing else; under each name. */
  private static void opensTheTlsPortByItself(BrokerProcess broker, int tls) throws Exception {
    String trust =
        RelyingService.get(broker.at("/ca/trust.pem"), "application/pem-certificate-chain");
    // Its listeners start side by side: that one answers does not say that the other does.
    Eventually.within(LIMIT, () -> listens(tls));
    try (HttpClient client = HttpClient.newBuilder().sslContext(believing(trust)).build()) {
      for (String name : List.of("localhost", "127.0.0.1")) {
        HttpRequest ready =
            HttpRequest.newBuilder(URI.create("https://" + name + ":" + tls + "/health/ready"))
                .build();
        assertThat(client.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode())
            .isEqualTo(200);
      }
    }
    assertThat(broker.log()).doesNotContain("PRIVATE KEY");
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  private static SSLContext believing(String pem) throws Exception {
    KeyStore roots = KeyStore.getInstance("PKCS12");
    roots.load(null, null);
    roots.setCertificateEntry(
        "root",
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(roots);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), new SecureRandom());
    return context;
  }

  private BrokerProcess start() {
    return start(Map.of());
  }

  private BrokerProcess startWithTls(int port) {
    return start(
        Map.of(
            "quarkus.http.tls-configuration-name",
            "mayfly-development",
            "quarkus.http.ssl-port",
            Integer.toString(port)));
  }

  private BrokerProcess start(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("mayfly.data", folder.resolve("data").toString());
    settings.put("mayfly.issuer", "http://localhost:8480");
    return BrokerProcess.start(BrokerProcess.freePort(), folder, settings);
  }

  private ProcessHandle postgres() throws IOException {
    String pid =
        Files.readAllLines(folder.resolve("data/postgres/postmaster.pid")).getFirst().strip();
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }
}
