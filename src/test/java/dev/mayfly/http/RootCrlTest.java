package dev.mayfly.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.story.Eventually;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An issuing authority that is taken back: its root says so, and it says so of all its leaves. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class RootCrlTest {

  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir Path folder;

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
    Shop.operator()
        .contentType("application/json")
        .body(
            new JsonObject()
                .put("scope", "key")
                .put("target", kid)
                .put("reason", "a test says so")
                .encode())
        .post("/v1/revocations?now=true")
        .then()
        .statusCode(201);
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
