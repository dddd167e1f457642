package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.ECKey;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.credential.ssh.SshPrograms;
import dev.mayfly.http.BrokerDatabase;
import dev.mayfly.http.StaffDesk;
import dev.mayfly.http.StaffProvider;
import dev.mayfly.key.Alg;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Certificates at a terminal, from a real broker, looked at with OpenSSL. */
@QuarkusTest
@TestProfile(StaffDesk.OwnPort.class)
@QuarkusTestResource(BrokerDatabase.class)
@WithTestResource(StaffProvider.class)
class CertificateCommandTest extends AtARealBroker {

  private static final String CHECKOUT = "keys-dev/checkout.jwk.json";

  private Path tls;

  @BeforeEach
  void chooseAFolder() {
    tls = folder.resolve("tls");
  }

  private int x509(String... more) {
    String[] words = {"certificate", "x509", "--role", "orders-writer", "--out", tls.toString()};
    return mayfly.run(words(words, more));
  }

  private static String[] words(String[] words, String... more) {
    return Stream.of(words, more).flatMap(Arrays::stream).toArray(String[]::new);
  }

  private String text(String name) throws IOException {
    return Files.readString(tls.resolve(name));
  }

  private String permissions(String name) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(tls.resolve(name)));
  }

  private String openssl(String... words) {
    String[] command = Stream.concat(Stream.of("openssl"), Stream.of(words)).toArray(String[]::new);
    return SshPrograms.run(command).well();
  }

  private String publicKeyOf(Path file, String what) {
    return openssl(what, "-pubkey", "-noout", "-in", file.toString());
  }

  /** An operator's three commands, and what the machine does with the first one's answer. */
  @Test
  void operatorMakesListsAndWithdrawsJoinTokens() {
    String till = "spiffe://shop.test/storefront/till";
    String operator = "keys-dev/operator.jwk.json";
    String[] create = {
      "join-token", "create", "-k", operator, "--identity", till, "--attribute", "shop=north-7"
    };
    assertThat(mayfly.run(create)).as(mayfly.err()).isZero();
    String used = mayfly.out().strip();
    assertThat(mayfly.err()).contains("good once, until");
    mayfly.in = used + "\n";
    assertThat(mayfly.run("token", "--join-token", "-", "--role", "orders-reader"))
        .as(mayfly.err())
        .isZero();

    assertThat(mayfly.run(create)).isZero();
    assertThat(mayfly.run("join-token", "list", "-k", operator, "--state", "LIVE", "--json"))
        .as(mayfly.err())
        .isZero();
    String id = io.restassured.path.json.JsonPath.from(mayfly.out()).getString("items[0].id");
    assertThat(
            mayfly.run("join-token", "withdraw", "-k", operator, id, "--reason", "another machine"))
        .as(mayfly.err())
        .isZero();
    assertThat(mayfly.run("join-token", "list", "-k", operator)).isZero();
    assertThat(mayfly.out()).contains("USED", "WITHDRAWN", till).doesNotContain(used);
    assertThat(mayfly.run("join-token", "create", "-k", operator, "--identity", "spiffe://x/y"))
        .isNotZero();
  }

  @Test
  void workloadGetsKeyCertificateAndTrust_thatOpenSslBelieves() throws Exception {
    assertThat(x509("-k", CHECKOUT)).as(mayfly.err()).isZero();
    assertThat(mayfly.out())
        .contains("URI:spiffe://shop.test/storefront/checkout", "svid", "expires", "renew");
    assertThat(permissions("key.pem")).isEqualTo("rw-------");
    assertThat(permissions("certificate.pem")).isEqualTo("rw-r--r--");
    assertThat(permissions("trust.pem")).isEqualTo("rw-r--r--");
    assertThat(
            openssl(
                "verify",
                "-x509_strict",
                "-CAfile",
                tls.resolve("trust.pem").toString(),
                "-untrusted",
                tls.resolve("certificate.pem").toString(),
                tls.resolve("certificate.pem").toString()))
        .contains("OK");
    assertThat(openssl("pkey", "-pubout", "-in", tls.resolve("key.pem").toString()))
        .isEqualTo(publicKeyOf(tls.resolve("certificate.pem"), "x509"));
    try (var files = Files.list(tls)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("key.pem", "certificate.pem", "trust.pem");
    }
  }

  @Test
  void keyIsMadeAnewEachTime_unlessItIsNamed() throws Exception {
    assertThat(x509("-k", CHECKOUT)).isZero();
    String first = text("key.pem");
    assertThat(x509("-k", CHECKOUT)).isZero();
    assertThat(text("key.pem")).isNotEqualTo(first);

    Path mine = folder.resolve("mine.pem");
    assertThat(x509("-k", CHECKOUT, "--keep-key", mine.toString())).as(mayfly.err()).isZero();
    String made = Files.readString(mine);
    assertThat(x509("-k", CHECKOUT, "--keep-key", mine.toString())).as(mayfly.err()).isZero();
    assertThat(Files.readString(mine)).isEqualTo(made);
    assertThat(publicKeyOf(tls.resolve("certificate.pem"), "x509"))
        .isEqualTo(openssl("pkey", "-pubout", "-in", mine.toString()));
  }

  @Test
  void timerRenewsWhatIsDue_andWhatWasTakenBackAtOnce() throws Exception {
    assertThat(x509("-k", CHECKOUT, "--when-due", "--json")).as(mayfly.err()).isZero();
    String id = Json.parse(mayfly.out()).orElseThrow().show("id");
    String first = text("certificate.pem");
    assertThat(x509("-k", CHECKOUT, "--when-due")).as(mayfly.err()).isZero();
    assertThat(mayfly.out()).contains("renew").doesNotContain("credential");
    assertThat(text("certificate.pem")).isEqualTo(first);

    mayfly.run(
        "revoke",
        "-k",
        "keys-dev/operator.jwk.json",
        "--credential",
        id,
        "--reason",
        "a test says so");
    assertThat(x509("-k", CHECKOUT, "--when-due")).as(mayfly.err()).isZero();
    assertThat(text("certificate.pem")).isNotEqualTo(first);
  }

  @Test
  void keyOfOpenSslIsUsed_andAnyOtherKindByItsRequest() throws Exception {
    Path key = folder.resolve("p256.pem");
    openssl(
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-out",
        key.toString());
    assertThat(x509("-k", CHECKOUT, "--keep-key", key.toString())).as(mayfly.err()).isZero();

    Path rsa = folder.resolve("rsa.pem");
    openssl("genpkey", "-algorithm", "RSA", "-out", rsa.toString());
    assertThat(x509("-k", CHECKOUT, "--keep-key", rsa.toString())).isEqualTo(2);
    assertThat(mayfly.err()).contains("no P-256 key", "--csr");
    mayfly.in = openssl("req", "-new", "-key", rsa.toString(), "-subj", "/");
    assertThat(x509("-k", CHECKOUT, "--csr", "-")).as(mayfly.err()).isZero();
    assertThat(publicKeyOf(tls.resolve("certificate.pem"), "x509"))
        .isEqualTo(openssl("pkey", "-pubout", "-in", rsa.toString()));
  }

  @Test
  void keyThatOthersMayRead_isNotUsed() throws Exception {
    Path key = folder.resolve("p256.pem");
    assertThat(x509("-k", CHECKOUT, "--keep-key", key.toString())).isZero();
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(x509("-k", CHECKOUT, "--keep-key", key.toString())).isEqualTo(2);
    assertThat(mayfly.err()).contains("others may read");
  }

  @Test
  void noKeyIsLeft_whereTheCertificateCannotBeWritten() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    Path mine = folder.resolve("mine.pem");
    String[] ask = {
      "certificate", "x509", "-k", CHECKOUT, "-r", "orders-writer", "--keep-key", mine.toString()
    };
    mayfly.run(words(ask, "--out", file.resolve("tls").toString()));
    assertThat(mayfly.err()).contains("cannot write");
    assertThat(mine).doesNotExist();
  }

  @Test
  void timerIsToldNothing_whenItIsWell() {
    assertThat(x509("-k", CHECKOUT, "--when-due", "--quiet")).as(mayfly.err()).isZero();
    assertThat(mayfly.out() + mayfly.err()).isEmpty();
    assertThat(x509("-k", CHECKOUT, "--when-due", "-q")).isZero();
    assertThat(mayfly.out() + mayfly.err()).isEmpty();
    assertThat(tls.resolve("certificate.pem")).exists();
  }

  @Test
  void nothingIsWritten_whenTheBrokerRefuses() {
    assertThat(x509("-k", "keys-dev/orders.jwk.json")).isEqualTo(3);
    assertThat(tls).doesNotExist();
    assertThat(x509()).as("nobody is logged in").isEqualTo(4);
    assertThat(tls).doesNotExist();
    assertThat(x509("-k", CHECKOUT, "--ttl", "soon")).isEqualTo(2);
  }

  @Test
  void personGetsOneOfARoleThatTheyHold() throws Exception {
    CommandRun joan = Terminal.of("joan", "engineering").loggedIn(folder, issuer);
    String[] ask = {
      "certificate", "x509", "-r", "shop-hosts", "--out", tls.toString(), "--json", "--ttl", "10m"
    };
    assertThat(joan.run(ask)).isEqualTo(3);
    assertThat(joan.err()).contains("mayfly request shop-hosts");
    assertThat(joan.run("ensure", "shop-hosts", "--for", "30m", "--reason", "a look"))
        .as(joan.err())
        .isZero();
    assertThat(joan.err()).contains("use it: mayfly ssh --role shop-hosts USER@HOST");
    assertThat(joan.run(ask)).as(joan.err()).isZero();
    Json answer = Json.parse(joan.out()).orElseThrow();
    assertThat(answer.texts("names").getFirst()).startsWith("EMAIL:joan-").endsWith("@shop.test");
    assertThat(answer.number("expires_in")).hasValue(600L);
    assertThat(answer.object("files").orElseThrow().show("key"))
        .isEqualTo(tls.resolve("key.pem").toString());
  }

  @Test
  void pipelineGetsOne_forWhatItsIssuerSaysOfIt() throws Exception {
    mayfly.in = pipelineRun();
    String[] ask = {
      "certificate",
      "x509",
      "-r",
      "storefront-deployer",
      "--assertion-file",
      "-",
      "--out",
      tls.toString()
    };
    assertThat(mayfly.run(ask)).as(mayfly.err()).isZero();
    assertThat(mayfly.out()).contains("URI:spiffe://shop.test/ci/1207", "in 15m");
    assertThat(mayfly.run(ask)).as("the assertion is good once").isNotZero();
  }

  /** As the CI system of {@code keys-dev} signs it. */
  private String pipelineRun() throws Exception {
    ECKey key = ECKey.parse(Files.readString(Path.of("keys-dev/ci-issuer.jwk.json")));
    long now = mayfly.clock.instant().getEpochSecond();
    Map<String, Object> claims = new HashMap<>();
    claims.put("iss", "http://127.0.0.1:8490");
    claims.put("sub", "repo:shop/storefront:ref:refs/heads/main");
    claims.put("aud", issuer);
    claims.put("jti", UUID.randomUUID().toString());
    claims.put("iat", now);
    claims.put("exp", now + 60);
    claims.put("repository", "shop/storefront");
    claims.put("repository_id", "1207");
    claims.put("ref", "refs/heads/main");
    return FakeBroker.signed(key, Alg.ES256, "JWT", claims);
  }
}
