package dev.mayfly.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;

import dev.mayfly.http.Staff.Member;
import dev.mayfly.store.Uuids;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A person's grant with a token, two X.509 and two SSH certificates: one revocation takes all of
 * them, on every list, and programs that are not ours refuse what they believed before.
 */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class OneRevocationTest {

  private static final String WISH =
      """
      {"roles": ["shop-hosts"], "duration": "30m", "reason": "a disk is full"}
      """;

  private static final Instant FAR = Instant.parse("2999-01-01T00:00:00Z");

  @Inject Staff staff;
  @TempDir Path folder;

  private Member ada;
  private String name;

  @BeforeEach
  void login() {
    name = "ada-" + UUID.randomUUID().toString().substring(0, 8);
    ada = staff.member(name, "engineering");
  }

  @Test
  void everyKindOfCredentialDies_withItsGrant() throws Exception {
    String grant = ada.post("/v1/grants/ensure", WISH).then().statusCode(200).extract().path("id");
    String token =
        ada.exchange("shop-hosts", Map.of()).then().statusCode(200).extract().path("access_token");
    List<Response> x509 = List.of(x509("one"), x509("two"));
    List<Response> ssh = List.of(ssh("first"), ssh("second"));
    for (Response minted : List.of(x509.get(0), x509.get(1), ssh.get(0), ssh.get(1))) {
      assertThat(minted.<String>path("grant")).as("rule 1: of every kind").isEqualTo(grant);
    }
    x509.getFirst().then().body("names", contains("EMAIL:" + name + "@shop.test"));
    ssh.getFirst()
        .then()
        .body("names", containsInAnyOrder(name, "shop-readers"))
        .body("profile", equalTo("user"));
    assertThat(run("ssh-keygen", "-L", "-f", "first-cert.pub"))
        .contains("user certificate", grant, "permit-pty", "shop-readers")
        .doesNotContain("forever");

    Response krl = given().get("/ssh/krl");
    Files.write(folder.resolve("krl"), krl.then().statusCode(200).extract().asByteArray());
    assertThat(run("ssh-keygen", "-Q", "-f", "krl", "first-cert.pub")).contains("ok");

    Instant live = end(x509.getFirst());
    assertThat(live).isBetween(Instant.parse(x509.getFirst().path("renewal.start")), FAR);
    assertThat(renewal(x509.getFirst()).then().statusCode(200).extract().header("Retry-After"))
        .isEqualTo("60");

    Shop.operator()
        .contentType("application/json")
        .body(
            new JsonObject()
                .put("scope", "grant")
                .put("target", grant)
                .put("reason", "over")
                .encode())
        .post("/v1/revocations")
        .then()
        .statusCode(201);

    Response after =
        given()
            .header("If-None-Match", krl.header("ETag"))
            .header("Prefer", "wait=10")
            .get("/ssh/krl");
    Files.write(folder.resolve("krl"), after.then().statusCode(200).extract().asByteArray());
    assertThat(run("ssh-keygen", "-Q", "-f", "krl", "first-cert.pub")).contains("REVOKED");
    assertThat(run("ssh-keygen", "-Q", "-f", "krl", "second-cert.pub")).contains("REVOKED");
    for (Response minted : x509) {
      assertThat(Certificates.crlOf(minted).getRevokedCertificate(serial(minted)))
          .describedAs("one publication carries every kind of list")
          .isNotNull();
    }
    assertThat(Tokens.status(given().get(Tokens.listPath(token)), token)).isEqualTo(1);
    for (Response minted : List.of(x509.get(1), ssh.get(0))) {
      assertThat(end(minted))
          .describedAs("RFC 9773 4.2: an end that has passed says: at once")
          .isBefore(Instant.parse(minted.path("renewal.start")));
      assertThat(end(minted))
          .isBeforeOrEqualTo(Uuids.timeOf(UUID.fromString(minted.path("id"))).plusSeconds(1));
    }
    String metrics = given().get("/metrics").asString();
    for (String kind : List.of("status", "crl", "krl")) {
      assertThat(metrics)
          .containsPattern("mayfly_revocation_served_seconds_count\\{kind=\"" + kind + "\"");
    }
  }

  @Test
  void grantWithoutCertificatesGivesNone_whenTheyWereLeftOutOfTheRequest() throws Exception {
    ada.post(
            "/v1/grants/ensure",
            "{\"roles\": [\"shop-hosts\"], \"reason\": \"to look\", \"scopes\": [\"hosts:look\"]}")
        .then()
        .statusCode(200);
    ssh("none").then().statusCode(400).body("type", equalTo(problem("scope-outside-grant")));
  }

  @Test
  void nobodyGetsACertificate_withoutALiveGrant() throws Exception {
    ssh("early").then().statusCode(403).body("type", equalTo(problem("no-live-grant")));
    ada.post("/v1/grants?dry_run=true", WISH).then().statusCode(200);
    ssh("still").then().statusCode(403);
  }

  /** For anybody: no token is shown. */
  private static Response renewal(Response minted) {
    return given().get("/v1/certificates/" + minted.path("id") + "/renewal");
  }

  private static Instant end(Response minted) {
    return Instant.parse(renewal(minted).path("suggestedWindow.end"));
  }

  @Test
  void renewalOfWhatIsNoCertificateIsNotFound_whateverItIs() {
    ada.post("/v1/grants/ensure", WISH).then().statusCode(200);
    String token = ada.exchange("shop-hosts", Map.of()).path("access_token");
    for (String id :
        List.of(
            String.valueOf(Tokens.claims(token).get("jti")), UUID.randomUUID().toString(), "x")) {
      given()
          .get("/v1/certificates/" + id + "/renewal")
          .then()
          .statusCode(404)
          .body("type", equalTo(problem("not-found")));
    }
  }

  private Response x509(String file) throws Exception {
    run(
        "openssl",
        "req",
        "-new",
        "-nodes",
        "-subj",
        "/",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-keyout",
        file + ".key",
        "-out",
        file + ".csr");
    return ada.post(
        "/v1/certificates/x509",
        new JsonObject()
            .put("role", "shop-hosts")
            .put("csr", Files.readString(folder.resolve(file + ".csr")))
            .encode());
  }

  /** With what ssh-keygen makes; the certificate is kept where ssh would look for it. */
  private Response ssh(String file) throws Exception {
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "root", "-f", file);
    Response answer =
        ada.post(
            "/v1/certificates/ssh",
            new JsonObject()
                .put("role", "shop-hosts")
                .put("public_key", Files.readString(folder.resolve(file + ".pub")).strip())
                .encode());
    if (answer.statusCode() == 201) {
      Files.writeString(folder.resolve(file + "-cert.pub"), answer.path("certificate"));
    }
    return answer;
  }

  private static BigInteger serial(Response minted) {
    return new BigInteger(minted.<String>path("id").replace("-", ""), 16);
  }

  private static String problem(String code) {
    return "https://mayfly.dev/problems/" + code;
  }

  private String run(String... command) throws Exception {
    Process process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }
}
