package dev.mayfly.http;

import static io.restassured.RestAssured.given;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.text.ParseException;
import java.util.Map;

/** The people and programs of {@code keys-dev}, and how each of them talks to the broker. */
enum Shop {
  CHECKOUT("checkout", "spiffe://shop.test/storefront/checkout"),
  ORDERS("orders", "spiffe://shop.test/fulfilment/orders"),
  NIGHTLY_REPORT("nightly-report", "spiffe://shop.test/finance/nightly-report"),
  /** An agent: gets nothing but what somebody asks for it. */
  ASSISTANT("support-assistant", "spiffe://shop.test/support/assistant"),
  OPERATOR("operator", "spiffe://shop.test/people/operator"),
  /** The issuer that vouches for the storefront's pipeline. */
  CI("ci-issuer", "http://127.0.0.1:8490");

  static final String ISSUER = "http://localhost:8480";
  static final String PIPELINE = "spiffe://shop.test/ci/1207";
  static final String ORDERS_AUDIENCE = "https://orders.shop.test";

  private static final String ASSERTION_TYPE =
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

  private final String file;
  private final String spiffeId;

  Shop(String file, String spiffeId) {
    this.file = file;
    this.spiffeId = spiffeId;
  }

  String spiffeId() {
    return spiffeId;
  }

  ECKey jwk() {
    try {
      return ECKey.parse(Files.readString(Path.of("keys-dev", file + ".jwk.json")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
  }

  PrivateKey key() {
    try {
      return jwk().toECPrivateKey();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A good assertion, to be made bad. */
  Proof proof() {
    return Proof.of(spiffeId, jwk().getKeyID());
  }

  String assertion() {
    return proof().signed(key());
  }

  /** What the CI system signs about a run on the main branch. */
  static Proof pipelineProof() {
    return CI.proof()
        .header("typ", "JWT")
        .claim("sub", "repo:shop/storefront:ref:refs/heads/main")
        .claim("repository", "shop/storefront")
        .claim("repository_id", "1207")
        .claim("ref", "refs/heads/main");
  }

  Response token() {
    return token(Map.of());
  }

  Response token(Map<String, String> more) {
    return send(assertion(), more).post("/oauth/token");
  }

  /** A token, or the test fails. */
  String freshToken() {
    return token().then().statusCode(200).extract().path("access_token");
  }

  Response introspect(String token) {
    return form(assertion()).formParam("token", token).post("/oauth/introspect");
  }

  Response revoke(String token) {
    return form(assertion()).formParam("token", token).post("/oauth/revoke");
  }

  static Response tokenFor(String assertion) {
    return send(assertion, Map.of()).post("/oauth/token");
  }

  static Response federatedToken(String assertion) {
    return given()
        .formParam("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
        .formParam("assertion", assertion)
        .post("/oauth/token");
  }

  /** As the operator, with a fresh token. */
  static RequestSpecification operator() {
    return given().auth().oauth2(OPERATOR.freshToken());
  }

  private static RequestSpecification send(String assertion, Map<String, String> more) {
    return form(assertion).formParam("grant_type", "client_credentials").formParams(more);
  }

  static RequestSpecification form(String assertion) {
    return given()
        .formParam("client_assertion_type", ASSERTION_TYPE)
        .formParam("client_assertion", assertion);
  }
}
