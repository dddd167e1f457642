package dev.mayfly.http;

import static dev.mayfly.http.Shop.CHECKOUT;
import static dev.mayfly.http.Shop.ORDERS;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/**
 * Keys that Debian's OpenSSL of 2008 made, at the wire: whoever asks for a certificate for one is
 * told which list has it.
 */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class KnownBadKeyTest {

  @Test
  void requestIsRefused_whenItsKeyIsOnAList() throws Exception {
    refused(ask(CHECKOUT, "orders-writer", "x509", "csr", "debian-2048.csr"));
    refused(ask(CHECKOUT, "orders-writer", "x509", "csr", "debian-p256.csr"));
  }

  @Test
  void sshKeyIsRefused_whenItIsOnAList() throws Exception {
    refused(ask(ORDERS, "orders-server", "ssh", "public_key", "debian-p256.pub"));
    refused(ask(ORDERS, "orders-server", "ssh", "public_key", "debian-p256-zero.pub"));
    refused(ask(ORDERS, "orders-server", "ssh", "public_key", "debian-3072.pub"));
  }

  private static void refused(Response answer) {
    answer
        .then()
        .statusCode(400)
        .body("type", equalTo("https://mayfly.dev/problems/weak-key"))
        .body(
            "detail",
            equalTo(
                "the public key is on a list of known-bad keys: "
                    + BrokerDatabase.KNOWN_BAD_KEYS.getFileName()));
  }

  private static Response ask(Shop who, String role, String form, String member, String file)
      throws IOException {
    return given()
        .contentType("application/json")
        .body(
            new JsonObject()
                .put("grant_type", "client_credentials")
                .put(
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                .put("client_assertion", who.assertion())
                .put("role", role)
                .put(member, Files.readString(BrokerDatabase.KNOWN_BAD_KEYS.resolveSibling(file)))
                .encode())
        .post("/v1/certificates/" + form);
  }
}
