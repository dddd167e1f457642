package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.cli.broker.Json;
import dev.mayfly.credential.ssh.SshPrograms;
import dev.mayfly.http.BrokerDatabase;
import dev.mayfly.http.StaffDesk;
import dev.mayfly.http.StaffProvider;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Workloads at a terminal that have no key: join tokens and certificates, at a real broker. */
@QuarkusTest
@TestProfile(StaffDesk.OwnPort.class)
@QuarkusTestResource(BrokerDatabase.class)
@WithTestResource(StaffProvider.class)
class ProofCommandsTest extends AtARealBroker {

  private static final String OPERATOR = "keys-dev/operator.jwk.json";
  private static final String CHECKOUT = "keys-dev/checkout.jwk.json";
  private static final String TILL = "spiffe://shop.test/storefront/till";
  private static final String ORDERS = "https://orders.shop.test";

  private Path tls;

  @BeforeEach
  void chooseAFolder() {
    tls = folder.resolve("tls");
  }

  private int run(String[] words, String... more) {
    return mayfly.run(both(words, more));
  }

  private static String[] both(String[] words, String... more) {
    return Stream.of(words, more).flatMap(Arrays::stream).toArray(String[]::new);
  }

  private static String[] words(String... words) {
    return words;
  }

  private String joinToken() {
    assertThat(mayfly.run("join-token", "create", "-k", OPERATOR, "--identity", TILL))
        .as(mayfly.err())
        .isZero();
    return mayfly.out().strip();
  }

  private String[] certificate(String role) {
    return words("certificate", "x509", "--role", role, "--out", tls.toString());
  }

  /** What the certificate in the folder is shown with, at the TLS port of this broker. */
  private String[] shown() {
    return words(
        "--cert",
        tls.resolve("certificate.pem").toString(),
        "--key",
        tls.resolve("key.pem").toString(),
        "--ca",
        tls.resolve("trust.pem").toString());
  }

  /** The till has its first certificate, from the one token that somebody made for it. */
  private void joined() {
    mayfly.in = joinToken();
    assertThat(run(certificate("till-sales"), "--join-token", "-")).as(mayfly.err()).isZero();
  }

  private String thumbprint() throws Exception {
    try (InputStream pem = Files.newInputStream(tls.resolve("certificate.pem"))) {
      byte[] leaf = CertificateFactory.getInstance("X.509").generateCertificate(pem).getEncoded();
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(leaf);
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    }
  }

  private String publicKey(String program, String file) {
    Path path = tls.resolve(file);
    return program.equals("x509")
        ? SshPrograms.run("openssl", "x509", "-pubkey", "-noout", "-in", path.toString()).well()
        : SshPrograms.run("openssl", "pkey", "-pubout", "-in", path.toString()).well();
  }

  @Test
  void instanceGetsItsFirstCertificateByAJoinToken_whichIsGoodOnce() {
    String token = joinToken();
    mayfly.in = token + "\n";
    assertThat(run(certificate("till-sales"), "--join-token", "-")).as(mayfly.err()).isZero();
    assertThat(mayfly.out()).contains("URI:" + TILL).doesNotContain(token);
    assertThat(run(certificate("till-sales"), "--join-token", "-")).isEqualTo(3);
    assertThat(mayfly.err())
        .contains("good once", "mayfly join-token create")
        .doesNotContain(token);
  }

  @Test
  void joinTokenStaysGood_whenThereIsNowhereToWriteTo() throws Exception {
    mayfly.in = joinToken();
    Files.createFile(tls);
    assertThat(run(certificate("till-sales"), "--join-token", "-")).isEqualTo(2);
    assertThat(mayfly.err()).contains("cannot write");
    Files.delete(tls);
    assertThat(run(certificate("till-sales"), "--join-token", "-")).as(mayfly.err()).isZero();
  }

  /** RFC 8705 2: the certificate is the proof, also of the one that takes its place. */
  @Test
  void certificateRenewsItself_forAnotherKey() throws Exception {
    joined();
    String first = Files.readString(tls.resolve("certificate.pem"));
    String key = Files.readString(tls.resolve("key.pem"));
    for (int times = 0; times < 2; times++) {
      assertThat(run(certificate("till-sales"), shown())).as(mayfly.err()).isZero();
      assertThat(mayfly.out()).contains("URI:" + TILL);
    }
    assertThat(Files.readString(tls.resolve("certificate.pem"))).isNotEqualTo(first);
    assertThat(Files.readString(tls.resolve("key.pem"))).isNotEqualTo(key);
    assertThat(publicKey("x509", "certificate.pem")).isEqualTo(publicKey("pkey", "key.pem"));
  }

  @Test
  void certificateRenewsItself_forTheKeyThatIsKept() {
    joined();
    String key = publicKey("pkey", "key.pem");
    String kept = tls.resolve("key.pem").toString();
    assertThat(run(both(certificate("till-sales"), shown()), "--keep-key", kept))
        .as(mayfly.err())
        .isZero();
    assertThat(publicKey("x509", "certificate.pem")).isEqualTo(key);
  }

  /** RFC 8705 3: and everybody who looks at the token sees to what. */
  @Test
  void tokenIsBoundToTheCertificate() throws Exception {
    joined();
    assertThat(run(words("token", "--role", "till-sales"), shown())).as(mayfly.err()).isZero();
    assertThat(mayfly.err())
        .contains("bound to", tls.resolve("certificate.pem").toString(), "orders:write");
    String token = mayfly.out().strip();
    String bound = "bound to   the certificate " + thumbprint() + "  (x5t#S256)";
    mayfly.in = token;
    assertThat(mayfly.run("verify", "-a", ORDERS, "-")).as(mayfly.out()).isZero();
    assertThat(mayfly.out()).contains(bound);
    mayfly.in = token;
    assertThat(mayfly.run("introspect", "-k", "keys-dev/orders.jwk.json", "-")).isZero();
    assertThat(mayfly.out()).contains(bound);
  }

  @Test
  void roleThatBindsGivesNothingWithoutACertificate_andSaysHow() {
    mayfly.in = joinToken();
    assertThat(mayfly.run("token", "--join-token", "-", "--role", "till-sales")).isEqualTo(3);
    assertThat(mayfly.err()).contains("client certificate", "--cert FILE --key FILE");
  }

  /** Whichever proof it is, the connection may show a certificate, too. */
  @Test
  void keyIsWhoAsks_whereBothAreShown() {
    joined();
    assertThat(run(words("token", "-k", CHECKOUT, "--role", "orders-writer"), shown()))
        .as(mayfly.err())
        .isZero();
    assertThat(mayfly.err())
        .contains("spiffe://shop.test/storefront/checkout")
        .doesNotContain("bound to");
  }

  /** RFC 9449 4.2, at another address than the issuer's. */
  @Test
  void tokenIsBoundToAKey_whereACertificateSaysWhoAsks() {
    assertThat(run(certificate("orders-writer"), "-k", CHECKOUT)).as(mayfly.err()).isZero();
    assertThat(run(words("token", "--role", "orders-writer", "--dpop", "--json"), shown()))
        .as(mayfly.err())
        .isZero();
    Json answer = Json.parse(mayfly.out()).orElseThrow();
    assertThat(answer.show("token_type")).isEqualTo("DPoP");
    assertThat(Tokens.boundTo(Tokens.unverifiedClaims(answer.show("access_token"))))
        .endsWith("(jkt)");
  }

  @Test
  void certificateThatWasTakenBackProvesNobody() {
    assertThat(run(certificate("orders-writer"), "-k", CHECKOUT, "--json")).isZero();
    String id = Json.parse(mayfly.out()).orElseThrow().show("id");
    mayfly.run("revoke", "-k", OPERATOR, "--credential", id, "--reason", "a test says so");
    assertThat(run(words("token", "--role", "orders-writer"), shown())).isEqualTo(4);
    assertThat(mayfly.err()).contains("taken back").doesNotContain("key file");
  }

  @Test
  void brokerWhoseAuthorityNobodyNamesIsNotBelieved() {
    joined();
    String[] without = Arrays.copyOf(shown(), 4);
    assertThat(run(words("token", "--role", "till-sales"), without)).isEqualTo(5);
    assertThat(mayfly.err()).contains("of no authority that is believed here", "--ca FILE");
    mayfly.environment.put("MAYFLY_CA", tls.resolve("trust.pem").toString());
    assertThat(run(words("token", "--role", "till-sales"), without)).as(mayfly.err()).isZero();
  }

  @Test
  void keyOfAnotherCertificateIsFoundOut_beforeAnybodyIsAsked() throws Exception {
    joined();
    Files.copy(tls.resolve("key.pem"), folder.resolve("key.pem"));
    assertThat(run(certificate("till-sales"), shown())).isZero();
    String other = folder.resolve("key.pem").toString();
    String certificate = tls.resolve("certificate.pem").toString();
    assertThat(mayfly.run("token", "-r", "till-sales", "--cert", certificate, "--key", other))
        .isEqualTo(2);
    assertThat(mayfly.err()).contains("is not that of the certificate");
    assertThat(mayfly.run("token", "-r", "till-sales", "--key", other)).isEqualTo(2);
    assertThat(mayfly.err()).contains("--cert", "--keep-key");
  }
}
