package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.mayfly.credential.ssh.SshPrograms;
import dev.mayfly.credential.ssh.SshPrograms.Said;
import dev.mayfly.http.BrokerDatabase;
import dev.mayfly.http.StaffDesk;
import dev.mayfly.http.StaffProvider;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs of others believe certificates of a real broker, and no more when its published lists
 * say otherwise. What they need is installed by {@code .ci/third-party}.
 */
@QuarkusTest
@TestProfile(StaffDesk.OwnPort.class)
@QuarkusTestResource(BrokerDatabase.class)
@WithTestResource(StaffProvider.class)
class CertificateThirdPartyTest {

  private static final String SERVER = "orders.shop.test";
  private static final Path ZLINT = Path.of("target/third-party/zlint");
  private static final Path SUPPRESSED = Path.of("src/test/resources/zlint-suppressed.txt");
  private static final Pattern FOUND =
      Pattern.compile("\"([a-z0-9_]+)\":\\{\"result\":\"(warn|error|fatal)\"");

  @ConfigProperty(name = "mayfly.issuer")
  String issuer;

  @TempDir Path folder;
  private CommandRun mayfly;
  private TlsFolder server;
  private TlsFolder client;
  private Path lists;

  @BeforeEach
  void bothHaveCertificates() throws Exception {
    mayfly = CommandRun.at(issuer, folder);
    server = TlsFolder.of(mayfly, folder.resolve("server"), "orders", "orders-server");
    client = TlsFolder.of(mayfly, folder.resolve("client"), "checkout", "orders-writer");
    lists = folder.resolve("lists.pem");
    refresh();
  }

  /** As a timer does for a server. */
  private void refresh() {
    SshPrograms.run(
            "deploy/tls/mayfly-crl-refresh",
            lists.toString(),
            server.certificate().toString(),
            client.certificate().toString())
        .well();
  }

  /** OpenSSL's programs read several lists only from the file that holds the trust. */
  private Path trustAndLists() throws IOException {
    return Files.writeString(
        folder.resolve("trust-and-lists.pem"),
        Files.readString(client.trust()) + Files.readString(lists));
  }

  private void revoke(TlsFolder which) throws Exception {
    mayfly.run(
        "revoke", "-k", "keys-dev/operator.jwk.json", "--credential", which.id(), "--reason", "x");
    which.awaitRevoked();
    refresh();
  }

  private Said curl(TlsServer at, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                "curl",
                "-sS",
                "--max-time",
                "10",
                "--cacert",
                client.trust().toString(),
                "--cert",
                client.certificate().toString(),
                "--key",
                client.key().toString(),
                "--resolve",
                SERVER + ":" + at.port() + ":127.0.0.1"));
    command.addAll(List.of(more));
    command.add("https://" + SERVER + ":" + at.port() + "/");
    return SshPrograms.run(command.toArray(String[]::new));
  }

  @Test
  void nginxAndCurlTakeAnSvid_untilTheListsSayOtherwise() throws Exception {
    try (TlsServer nginx = TlsServer.nginx(folder, server, lists)) {
      assertThat(curl(nginx).text()).as(nginx.log()).contains("verified: SUCCESS");
      assertThat(curl(nginx, "--crlfile", lists.toString()).well()).contains("SUCCESS");

      revoke(client);
      nginx.reload();
      Said after = curl(nginx);
      for (int tries = 0; tries < 50 && after.text().contains("SUCCESS"); tries++) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        after = curl(nginx);
      }
      assertThat(after.text()).contains("400", "SSL certificate error");

      revoke(server);
      Said refused = curl(nginx, "--crlfile", lists.toString());
      assertThat(refused.exit()).isNotZero();
      assertThat(refused.text()).contains("certificate revoked");
    }
  }

  @Test
  void opensslAtBothEndsTakesThem_untilTheListsSayOtherwise() throws Exception {
    try (TlsServer openssl = TlsServer.openssl(folder, server, trustAndLists())) {
      assertThat(sClient(openssl)).contains("Verify return code: 0 (ok)");
      assertThat(curl(openssl).well()).contains("s_server");
    }
    revoke(client);
    try (TlsServer openssl = TlsServer.openssl(folder, server, trustAndLists())) {
      assertThat(curl(openssl).exit()).isNotZero();
      assertThat(openssl.log()).contains("certificate revoked");
    }
    revoke(server);
    try (TlsServer openssl = TlsServer.openssl(folder, server, trustAndLists())) {
      assertThat(sClient(openssl)).contains("certificate revoked");
    }
  }

  private String sClient(TlsServer at) throws IOException {
    return SshPrograms.run(
            "openssl",
            "s_client",
            "-connect",
            "127.0.0.1:" + at.port(),
            "-servername",
            SERVER,
            "-verify_hostname",
            SERVER,
            "-CAfile",
            trustAndLists().toString(),
            "-cert",
            client.certificate().toString(),
            "-cert_chain",
            client.between().toString(),
            "-key",
            client.key().toString(),
            "-crl_check_all",
            "-x509_strict",
            "-verify_return_error")
        .text();
  }

  @Test
  void gnuTlsTakesIt_untilTheListSaysOtherwise() throws Exception {
    assertThat(certtool().text()).contains("Verified. The certificate is trusted.");
    revoke(client);
    Said after = certtool();
    assertThat(after.exit()).isNotZero();
    assertThat(after.text()).contains("revoked");
  }

  private Said certtool() {
    return SshPrograms.run(
        "certtool",
        "--verify",
        "--load-ca-certificate",
        client.trust().toString(),
        "--load-crl",
        lists.toString(),
        "--infile",
        client.certificate().toString());
  }

  /** The leaf by the broker's answer alone: there is no list to fall back to. */
  @Test
  void bouncyCastleTakesIt_untilOcspSaysOtherwise() throws Exception {
    assertThatCode(() -> validateByOcsp("/ocsp")).doesNotThrowAnyException();
    revoke(client);
    // It keeps an answer until its nextUpdate, by the responder's address: so another one.
    assertThatThrownBy(() -> validateByOcsp("/ocsp?again"))
        .isInstanceOf(CertPathValidatorException.class)
        .hasMessageContaining("revoked");
  }

  private void validateByOcsp(String responder) throws Exception {
    BouncyCastleProvider provider = new BouncyCastleProvider();
    CertPathValidator validator = CertPathValidator.getInstance("PKIX", provider);
    PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
    checker.setOcspResponder(URI.create(issuer + responder));
    checker.setOptions(
        Set.of(
            PKIXRevocationChecker.Option.ONLY_END_ENTITY,
            PKIXRevocationChecker.Option.NO_FALLBACK));
    CertificateFactory factory = CertificateFactory.getInstance("X.509", provider);
    try (InputStream chain = Files.newInputStream(client.certificate());
        InputStream trust = Files.newInputStream(client.trust())) {
      List<Certificate> path = List.copyOf(factory.generateCertificates(chain));
      X509Certificate root = (X509Certificate) factory.generateCertificate(trust);
      PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(root, null)));
      parameters.addCertPathChecker(checker);
      validator.validate(factory.generateCertPath(path), parameters);
    }
  }

  /** Every certificate and list that stands here; what is suppressed stands in a file with why. */
  @Test
  void zlintFindsNothing() throws Exception {
    assumeThat(ZLINT).as("installed where there is Go").exists();
    revoke(client);
    Set<String> allowed =
        Files.readAllLines(SUPPRESSED).stream()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .map(line -> line.substring(0, line.indexOf(' ')))
            .collect(Collectors.toSet());
    int looked = 0;
    Set<String> found = new TreeSet<>();
    for (Path file : List.of(server.certificate(), client.certificate(), client.trust(), lists)) {
      for (String block : blocks(file)) {
        Path one = Files.writeString(folder.resolve("one.pem"), block);
        String said = SshPrograms.run(ZLINT.toString(), "-format", "pem", one.toString()).well();
        assertThat(said).contains("\"result\":\"pass\"");
        found.addAll(found(said));
        looked++;
      }
    }
    assertThat(found).as("each that is suppressed is found, and no other").isEqualTo(allowed);
    assertThat(looked).as("leaves, their issuer, the root and lists").isGreaterThan(6);
  }

  private static Set<String> found(String said) {
    Matcher findings = FOUND.matcher(said);
    return findings.results().map(one -> one.group(1)).collect(Collectors.toSet());
  }

  private static List<String> blocks(Path file) throws IOException {
    return Pattern.compile("-----BEGIN [^-]+-----[^-]+-----END [^-]+-----\n")
        .matcher(Files.readString(file))
        .results()
        .map(block -> block.group())
        .toList();
  }
}
