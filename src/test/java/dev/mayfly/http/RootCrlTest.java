package dev.mayfly.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.store.Database;
import dev.mayfly.story.Eventually;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An issuing authority that is taken back: its root says so, and it says so of all its leaves. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class RootCrlTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;
  @Inject Database database;

  @Test
  void authorityAndItsLeavesAreRevoked_andOthersComeFromItsSuccessor() throws Exception {
    Certified certified = Certified.issue(folder, Shop.CHECKOUT, "orders-writer");
    String kid = issuer(certified.leaf());
    String trust = given().get("/ca/trust.pem").asString();
    Response rootBefore = given().get(Certificates.listOf(certified.issuing()));
    Response shardBefore = given().get(Certificates.listOf(certified.leaf()));
    keep(certified, rootBefore, shardBefore);
    assertThat(verify(certified)).contains("leaf.pem: OK");

    String successor = successor(kid);
    assertThat(takeBack(kid, "").statusCode()).as("rule 5: not before its lead").isEqualTo(409);
    Eventually.within(SOON, () -> given().get("/ca/" + successor + ".cer").getStatusCode() == 200);
    taint(kid);

    keep(
        certified,
        Certified.changed(certified.issuing(), rootBefore.header("ETag")),
        Certified.changed(certified.leaf(), shardBefore.header("ETag")));
    assertThat(verify(certified)).contains("error 23 at 0 depth lookup: certificate revoked");
    assertThat(
            certified.run(
                "openssl verify -crl_check -CAfile trust.pem -CRLfile root.pem between.pem"))
        .contains("certificate revoked");
    assertThat(ocsp(certified, "between.pem", "trust.pem")).contains("between.pem: revoked");
    assertThat(ocsp(certified, "leaf.pem", "between.pem"))
        .contains("leaf.pem: revoked", "cACompromise");
    assertThat(given().get("/ca/trust.pem").asString()).isEqualTo(trust);

    Path other = Files.createDirectory(folder.resolve("other"));
    Eventually.within(SOON, () -> isIssued(other, successor));
    Certified fresh = Certified.issue(other, Shop.CHECKOUT, "orders-writer");
    keep(
        fresh,
        given().get(Certificates.listOf(fresh.issuing())),
        given().get(Certificates.listOf(fresh.leaf())));
    assertThat(verify(fresh)).contains("leaf.pem: OK");
  }

  /**
   * Nobody should believe what stands below it. However many say so at the same time, each step is
   * taken once (rules 5 and 8), and what was revoked stays so under the old root's own list (rule
   * 6).
   */
  @Test
  void rootGoesOnceWithAllThatStandsBelowIt_whenSeveralTakeItBackAtTheSameTime() throws Exception {
    Certified certified = Certified.issue(folder, Shop.CHECKOUT, "orders-writer");
    String root = issuer(certified.issuing());
    String issuing = issuer(certified.leaf());
    Response rootBefore = given().get(Certificates.listOf(certified.issuing()));
    Response shardBefore = given().get(Certificates.listOf(certified.leaf()));
    X509Certificate trusted = certified.trusted();
    String old = pem(trusted);
    long sequence = sequence();

    Set<String> successors = new HashSet<>(together(() -> successor(root)));
    assertThat(successors).hasSize(1);
    String successor = successors.iterator().next();
    Eventually.within(SOON, () -> given().get("/ca/" + successor + ".cer").getStatusCode() == 200);
    assertThat(new HashSet<>(together(() -> revocation(root)))).as("one revocation").hasSize(1);

    keep(
        certified,
        Certified.changed(certified.issuing(), rootBefore.header("ETag")),
        Certified.changed(certified.leaf(), shardBefore.header("ETag")));
    assertThat(verify(certified)).contains("error 23 at 0 depth lookup: certificate revoked");
    assertThat(
            certified.run(
                "openssl verify -crl_check -CAfile trust.pem -CRLfile root.pem between.pem"))
        .contains("certificate revoked");
    Eventually.within(SOON, () -> !given().get("/ca/trust.pem").asString().contains(old));

    Path other = Files.createDirectory(folder.resolve("below-another"));
    Eventually.within(SOON, () -> isBelow(other, successor));
    Certified fresh = Certified.issue(other, Shop.CHECKOUT, "orders-writer");
    keep(
        fresh,
        given().get(Certificates.listOf(fresh.issuing())),
        given().get(Certificates.listOf(fresh.leaf())));
    assertThat(verify(fresh)).contains("leaf.pem: OK");
    assertThat(sequence()).isGreaterThan(sequence);
    assertThat(fresh.trusted()).isNotEqualTo(trusted);

    String signs = issuer(fresh.leaf());
    for (String step :
        List.of(
            "key.prepare " + successor,
            "key.activate " + successor,
            "ca.certify " + successor,
            "key.taint " + root,
            "key.taint " + issuing,
            "key.activate " + signs,
            "ca.certify " + signs)) {
      assertThat(events(step)).as(step).isEqualTo(1);
    }
  }

  /** What four callers are told. */
  private static List<String> together(Callable<String> call) throws Exception {
    try (ExecutorService callers = Executors.newFixedThreadPool(4)) {
      List<String> told = new ArrayList<>();
      for (Future<String> one : callers.invokeAll(Collections.nCopies(4, call))) {
        told.add(one.get());
      }
      return told;
    }
  }

  /** Taken back anew or already: the same. */
  private static String revocation(String kid) {
    Response answer = takeBack(kid, "?now=true");
    assertThat(answer.statusCode()).isBetween(200, 201);
    return answer.path("id");
  }

  private static boolean isBelow(Path folder, String root) {
    try {
      return issuer(Certified.issue(folder, Shop.CHECKOUT, "orders-writer").issuing()).equals(root);
    } catch (AssertionError notYet) {
      return false;
    }
  }

  private static String pem(X509Certificate certificate) throws CertificateException {
    return Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded());
  }

  private static long sequence() {
    return given().get("/spiffe/bundle").then().extract().jsonPath().getLong("spiffe_sequence");
  }

  /** How many there are of this action about this key; an OCSP responder's are others. */
  private long events(String step) {
    String[] parts = step.split(" ", -1);
    return database
        .run(
            "SELECT count(*) FROM audit_events WHERE action = '%s' AND subject = 'key:%s'"
                .formatted(parts[0], parts[1]))
        .await()
        .atMost(SOON)
        .iterator()
        .next()
        .getLong(0);
  }

  /** The node may not have taken up yet that the successor signs. */
  private static boolean isIssued(Path folder, String by) {
    try {
      return issuer(Certified.issue(folder, Shop.CHECKOUT, "orders-writer").leaf()).equals(by);
    } catch (AssertionError notYet) {
      return false;
    }
  }

  private static String successor(String kid) {
    return Shop.operator()
        .contentType("application/json")
        .body(new JsonObject().put("reason", "a test says so").encode())
        .post("/v1/keys/" + kid + "/successor")
        .then()
        .statusCode(200)
        .extract()
        .path("kid");
  }

  private static void taint(String kid) {
    takeBack(kid, "?now=true").then().statusCode(201);
  }

  private static Response takeBack(String kid, String lead) {
    return Shop.operator()
        .contentType("application/json")
        .body(
            new JsonObject()
                .put("scope", "key")
                .put("target", kid)
                .put("reason", "a test says so")
                .encode())
        .post("/v1/revocations" + lead);
  }

  /** As caIssuers names it. */
  private static String issuer(X509Certificate leaf) {
    String bytes =
        new String(leaf.getExtensionValue("1.3.6.1.5.5.7.1.1"), StandardCharsets.ISO_8859_1);
    int at = bytes.indexOf("/ca/") + "/ca/".length();
    return bytes.substring(at, at + 43);
  }

  private static void keep(Certified certified, Response root, Response shard) throws IOException {
    keep(certified, root, "root");
    keep(certified, shard, "shard");
    Files.writeString(
        certified.folder().resolve("crls.pem"),
        Files.readString(certified.folder().resolve("root.pem"))
            + Files.readString(certified.folder().resolve("shard.pem")));
  }

  private static void keep(Certified certified, Response crl, String name) throws IOException {
    Files.write(
        certified.folder().resolve(name + ".der"),
        crl.then().statusCode(200).extract().asByteArray());
    certified.run("openssl crl -inform DER -in %1$s.der -out %1$s.pem".formatted(name));
  }

  private static String verify(Certified certified) {
    return certified.run(
        "openssl verify -x509_strict -crl_check_all -CAfile trust.pem -untrusted between.pem"
            + " -CRLfile crls.pem leaf.pem");
  }

  private static String ocsp(Certified certified, String certificate, String issuer) {
    return certified.run(
        "openssl ocsp -issuer %s -cert %s -verify_other between.pem -CAfile trust.pem -url %s"
            .formatted(issuer, certificate, "http://localhost:" + RestAssured.port + "/ocsp"));
  }
}
