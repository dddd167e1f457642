package dev.mayfly.http;

import static io.restassured.RestAssured.given;

import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A certificate that the broker has issued, in a folder where programs find it: {@code leaf.pem},
 * {@code between.pem} (what issued it) and {@code trust.pem}.
 */
record Certified(Path folder, String id, X509Certificate leaf, X509Certificate issuing) {

  private static final String ASSERTION_TYPE =
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

  static Certified issue(Path folder, Shop who, String role) {
    run(
        folder,
        "openssl req -new -nodes -subj / -keyout key.pem -newkey ec -pkeyopt"
            + " ec_paramgen_curve:P-256 -out request.pem");
    Response answer =
        given()
            .contentType("application/json")
            .body(
                new JsonObject()
                    .put("grant_type", "client_credentials")
                    .put("client_assertion_type", ASSERTION_TYPE)
                    .put("client_assertion", who.assertion())
                    .put("role", role)
                    .put("csr", read(folder.resolve("request.pem")))
                    .encode())
            .post("/v1/certificates/x509");
    answer.then().statusCode(201);
    String chain = answer.path("certificate");
    write(folder.resolve("trust.pem"), answer.<String>path("trust"));
    int end = chain.indexOf("-----END CERTIFICATE-----") + "-----END CERTIFICATE-----\n".length();
    write(folder.resolve("leaf.pem"), chain.substring(0, end));
    write(folder.resolve("between.pem"), chain.substring(end));
    return new Certified(
        folder,
        answer.path("id"),
        certificate(chain.substring(0, end)),
        certificate(chain.substring(end)));
  }

  X509Certificate trusted() {
    return certificate(read(folder.resolve("trust.pem")));
  }

  void revoke() {
    Shop.operator()
        .contentType("application/json")
        .body(
            new JsonObject()
                .put("scope", "credential")
                .put("target", id)
                .put("reason", "a test says so")
                .encode())
        .post("/v1/revocations")
        .then()
        .statusCode(201);
  }

  /** The CRL of this certificate once it is another one than this. */
  static Response changed(X509Certificate of, String etag) {
    return given()
        .header("If-None-Match", etag)
        .header("Prefer", "wait=10")
        .get(Certificates.listOf(of));
  }

  /** What the program says, words split at blanks. */
  String run(String command) {
    return run(folder, command);
  }

  private static String run(Path folder, String command) {
    try {
      Process process =
          new ProcessBuilder(List.of(command.split(" ", -1)))
              .directory(folder.toFile())
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      return said;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static X509Certificate certificate(String pem) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    } catch (CertificateException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
