package dev.mayfly.http;

import static dev.mayfly.http.Shop.CHECKOUT;
import static dev.mayfly.http.Shop.ORDERS;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import dev.mayfly.store.Database;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A certificate at the wire: asked for with OpenSSL, believed by OpenSSL, refused by OpenSSL. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class CertificateStoryTest {

  private static final String ASSERTION_TYPE =
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

  @Inject Database database;
  @TempDir Path folder;
  private OpenSsl openssl;

  @BeforeEach
  void begin() {
    openssl = new OpenSsl(folder);
  }

  @Test
  void svidIsBelieved_untilItIsRevoked() throws Exception {
    Response answer = certificate(CHECKOUT, "orders-writer", openssl.request("ec"), Map.of());
    answer
        .then()
        .statusCode(201)
        .header("Cache-Control", "no-store")
        .body("profile", equalTo("svid"))
        .body("names", contains("URI:" + CHECKOUT.spiffeId()))
        .body("expires_in", equalTo(3600))
        .body("renewal.start", notNullValue());
    X509Certificate leaf = Certificates.leaf(answer);
    assertThat(leaf.getSerialNumber())
        .describedAs("the serial number is the credential's id")
        .isEqualTo(serial(answer.path("id")));

    openssl.keep(answer);
    String crl = Certificates.listOf(leaf);
    Response before = given().get(crl);
    openssl.keepCrl(before.then().statusCode(200).extract().asByteArray());
    assertThat(openssl.verify()).contains("leaf.pem: OK");

    Shop.operator()
        .contentType("application/json")
        .body(
            new JsonObject()
                .put("scope", "credential")
                .put("target", answer.<String>path("id"))
                .put("reason", "a test says so")
                .encode())
        .post("/v1/revocations")
        .then()
        .statusCode(201);

    Response after =
        given().header("If-None-Match", before.header("ETag")).header("Prefer", "wait=10").get(crl);
    byte[] der = after.then().statusCode(200).extract().asByteArray();
    assertThat(Certificates.crl(der).getRevokedCertificate(leaf.getSerialNumber())).isNotNull();
    openssl.keepCrl(der);
    assertThat(openssl.verify()).contains("certificate revoked");
  }

  /** Rule 6, and the number of each issue is higher (RFC 5280 5.2.3). */
  @Test
  void entryStaysOnTheList_whenTheListIsIssuedAgain() throws Exception {
    Response first = certificate(CHECKOUT, "orders-writer", openssl.request("ec"), Map.of());
    Response second = certificate(CHECKOUT, "orders-writer", openssl.request("ec"), Map.of());
    String list = Certificates.listOf(Certificates.leaf(first));
    assertThat(Certificates.listOf(Certificates.leaf(second))).isEqualTo(list);
    X509CRL before = revoked(first, list);
    X509CRL after = revoked(second, list);
    for (Response one : List.of(first, second)) {
      assertThat(after.getRevokedCertificate(Certificates.leaf(one).getSerialNumber())).isNotNull();
    }
    assertThat(after.getRevokedCertificate(Certificates.leaf(first).getSerialNumber()))
        .isEqualTo(before.getRevokedCertificate(Certificates.leaf(first).getSerialNumber()));
    assertThat(number(after)).isGreaterThan(number(before));
  }

  /** The list once it is another, after this one was taken back. */
  private static X509CRL revoked(Response certificate, String list) throws Exception {
    String etag = given().get(list).header("ETag");
    Shop.operator()
        .contentType("application/json")
        .body(
            new JsonObject()
                .put("scope", "credential")
                .put("target", certificate.<String>path("id"))
                .put("reason", "a test says so")
                .encode())
        .post("/v1/revocations")
        .then()
        .statusCode(201);
    return Certificates.crl(
        given()
            .header("If-None-Match", etag)
            .header("Prefer", "wait=10")
            .get(list)
            .then()
            .statusCode(200)
            .extract()
            .asByteArray());
  }

  /** An OCTET STRING around an INTEGER, both short. */
  private static BigInteger number(X509CRL list) {
    byte[] extension = list.getExtensionValue("2.5.29.20");
    return new BigInteger(extension, 4, extension.length - 4);
  }

  /**
   * Its last second is within all of them; that the row ends with the key that signs it shows
   * {@code LedgerTest}, for whatever kind.
   */
  @Test
  void certificateEndsWithTheFirstOfItsRolesTimeAndItsGrant_rule4() throws Exception {
    Response answer = certificate(ORDERS, "orders-server", openssl.request("ec"), Map.of());
    assertThat(left(answer)).as("as the ledger's row").isZero();
    assertThat(
            number(
                """
                SELECT count(*) FROM credentials c JOIN grants g ON g.id = c.grant_id JOIN signing_keys k ON k.kid = c.kid
                WHERE c.id = '%s' AND c.expires_at = c.issued_at + interval '1 hour'
                  AND c.expires_at <= LEAST(g.expires_at, k.not_after)
                """
                    .formatted(answer.<String>path("id"))))
        .as("the role's time")
        .isEqualTo(1);

    String before = grantEnds(answer, "date_trunc('second', mayfly_now()) + interval '10 minutes'");
    Response shorter = certificate(ORDERS, "orders-server", openssl.request("ec"), Map.of());
    assertThat(left(shorter)).isZero();
    assertThat(
            number(
                "SELECT count(*) FROM credentials c JOIN grants g ON g.id = c.grant_id AND g.expires_at = c.expires_at WHERE c.id = '%s'"
                    .formatted(shorter.<String>path("id"))))
        .as("to the second")
        .isEqualTo(1);
    grantEnds(answer, "timestamptz '" + before + "'");
  }

  /** Seconds from the first moment at which the certificate is over to the ledger's. */
  private long left(Response answer) throws Exception {
    long over = Certificates.leaf(answer).getNotAfter().toInstant().getEpochSecond() + 1;
    return number(
            "SELECT extract(epoch FROM expires_at)::bigint FROM credentials WHERE id = '%s'"
                .formatted(answer.<String>path("id")))
        - over;
  }

  /** Gives when it ended before. */
  private String grantEnds(Response answer, String at) {
    String ofIt =
        "g.id = (SELECT c.grant_id FROM credentials c WHERE c.id = '%s')"
            .formatted(answer.<String>path("id"));
    String before =
        database
            .run("SELECT g.expires_at::text FROM grants g WHERE " + ofIt)
            .await()
            .atMost(Duration.ofSeconds(10))
            .iterator()
            .next()
            .getString(0);
    database
        .run(
            "UPDATE grants g SET expires_at = %1$s, authority_ends_at = %1$s, deadline = %1$s WHERE %2$s"
                .formatted(at, ofIt))
        .await()
        .atMost(Duration.ofSeconds(10));
    return before;
  }

  /** Rule 11: whatever the kind, no place on a list is given out twice. */
  @Test
  void placesOnListsAreGivenOutOnce_whoeverAsksForCertificates() throws Exception {
    for (int i = 0; i < 5; i++) {
      String csr = openssl.request("ec");
      certificate(CHECKOUT, "orders-writer", csr, Map.of()).then().statusCode(201);
      certificate(ORDERS, "orders-server", csr, Map.of()).then().statusCode(201);
    }
    assertThat(number("SELECT count(*) FROM credentials WHERE kind IN ('X509', 'SSH')"))
        .isGreaterThanOrEqualTo(10);
    assertThat(
            number(
                "SELECT count(*) - count(DISTINCT (list_id, list_idx)) FROM credentials WHERE kind IN ('X509', 'SSH')"))
        .isZero();
    assertThat(
            number(
                "SELECT count(*) FROM credentials c JOIN lists l ON l.id = c.list_id WHERE c.kind = 'X509'"
                    + " AND l.kid <> c.kid"))
        .as("each on a list of its own CA")
        .isZero();
  }

  private long number(String sql) {
    return database.run(sql).await().atMost(Duration.ofSeconds(10)).iterator().next().getLong(0);
  }

  @Test
  void serverCertificateHasTheNamesOfThePolicy_andNoOthers() throws Exception {
    Response answer = certificate(ORDERS, "orders-server", openssl.request("rsa"), Map.of());
    answer
        .then()
        .statusCode(201)
        .body("names", contains("DNS:localhost", "DNS:orders.shop.test", "IP:127.0.0.1"));
    assertThat(Certificates.leaf(answer).getSubjectAlternativeNames()).hasSize(3);

    certificate(ORDERS, "orders-server", openssl.request("ec", "DNS:evil.test"), Map.of())
        .then()
        .statusCode(400)
        .body("type", equalTo("https://mayfly.dev/problems/asks-for-more"));
  }

  @Test
  void sameIdempotencyKeyYieldsTheSameCertificate() throws Exception {
    String csr = openssl.request("ec");
    String key = UUID.randomUUID().toString();
    Response first = certificate(CHECKOUT, "orders-writer", csr, Map.of("Idempotency-Key", key));
    Response second = certificate(CHECKOUT, "orders-writer", csr, Map.of("Idempotency-Key", key));
    assertThat(second.<String>path("id")).isEqualTo(first.path("id"));
    assertThat(Certificates.leaf(second).getSerialNumber())
        .isEqualTo(Certificates.leaf(first).getSerialNumber());

    certificate(CHECKOUT, "orders-writer", openssl.request("ec"), Map.of("Idempotency-Key", key))
        .then()
        .statusCode(409);
  }

  /** Its names would be of one policy, its extended key usage or its options of another. */
  @Test
  void certificateIsNotDeliveredAgain_whenThePolicyIsAnother() throws Exception {
    String csr = openssl.request("ec");
    Map<String, String> key = Map.of("Idempotency-Key", UUID.randomUUID().toString());
    String id = certificate(CHECKOUT, "orders-writer", csr, key).path("id");

    database
        .run("UPDATE credentials SET policy_version = policy_version + 1 WHERE id = '" + id + "'")
        .await()
        .atMost(Duration.ofSeconds(10));

    certificate(CHECKOUT, "orders-writer", csr, key)
        .then()
        .statusCode(409)
        .body("type", equalTo("https://mayfly.dev/problems/idempotency-ended"));
  }

  @Test
  void nobodyGetsACertificate_whomPolicyGivesNone() throws Exception {
    String csr = openssl.request("ec");
    certificate(ORDERS, "stock-keeper", csr, Map.of())
        .then()
        .statusCode(400)
        .body("type", equalTo("https://mayfly.dev/problems/scope-not-available"));
    certificate(CHECKOUT, "orders-server", csr, Map.of()).then().statusCode(403);
    given()
        .contentType("application/json")
        .body(new JsonObject().put("role", "orders-writer").put("csr", csr).encode())
        .post("/v1/certificates/x509")
        .then()
        .statusCode(400);
    given()
        .contentType("application/json")
        .body(
            new JsonObject()
                .put("grant_type", "client_credentials")
                .put("role", "orders-writer")
                .put("csr", "no request at all")
                .encode())
        .post("/v1/certificates/x509")
        .then()
        .statusCode(401);
  }

  private static Response certificate(
      Shop who, String role, String csr, Map<String, String> headers) {
    return given()
        .contentType("application/json")
        .headers(headers)
        .body(
            new JsonObject()
                .put("grant_type", "client_credentials")
                .put("client_assertion_type", ASSERTION_TYPE)
                .put("client_assertion", who.assertion())
                .put("role", role)
                .put("csr", csr)
                .encode())
        .post("/v1/certificates/x509");
  }

  private static BigInteger serial(String id) {
    return new BigInteger(id.replace("-", ""), 16);
  }

  /** The program, in a folder of its own. */
  private record OpenSsl(Path folder) {

    String request(String key) throws Exception {
      return request(key, "");
    }

    String request(String key, String name) throws Exception {
      List<String> command =
          new ArrayList<>(
              List.of("openssl", "req", "-new", "-nodes", "-subj", "/", "-keyout", "key.pem"));
      command.addAll(
          switch (key) {
            case "ec" -> List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256");
            case "rsa" -> List.of("-newkey", "rsa:2048");
            default -> List.of("-newkey", key);
          });
      if (!name.isEmpty()) {
        command.addAll(List.of("-addext", "subjectAltName=" + name));
      }
      command.addAll(List.of("-out", "request.pem"));
      run(command);
      return Files.readString(folder.resolve("request.pem"));
    }

    /** Leaf, what stands between, and what is trusted. */
    void keep(Response answer) throws Exception {
      String chain = answer.path("certificate");
      int end = chain.indexOf("-----END CERTIFICATE-----") + "-----END CERTIFICATE-----\n".length();
      Files.writeString(folder.resolve("leaf.pem"), chain.substring(0, end));
      Files.writeString(folder.resolve("between.pem"), chain.substring(end));
      Files.writeString(folder.resolve("trust.pem"), answer.path("trust"));
    }

    void keepCrl(byte[] der) throws Exception {
      Files.write(folder.resolve("crl.der"), der);
      run(List.of("openssl", "crl", "-inform", "DER", "-in", "crl.der", "-out", "crl.pem"));
    }

    String verify() throws Exception {
      return run(
          List.of(
              "openssl",
              "verify",
              "-x509_strict",
              "-crl_check",
              "-CAfile",
              "trust.pem",
              "-untrusted",
              "between.pem",
              "-CRLfile",
              "crl.pem",
              "leaf.pem"));
    }

    private String run(List<String> command) throws Exception {
      Process process =
          new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return said;
    }
  }
}
