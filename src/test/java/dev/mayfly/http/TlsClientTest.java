package dev.mayfly.http;

import static dev.mayfly.http.Shop.CHECKOUT;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.mayfly.store.Database;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.vertx.core.json.JsonObject;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;

/** Workloads that prove themselves by the certificate of their TLS connection. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
@WithTestResource(TlsFiles.class)
class TlsClientTest {

  private static final Map<String, String> BY_CERTIFICATE =
      Map.of(
          "grant_type",
          "client_credentials",
          "client_id",
          CHECKOUT.spiffeId(),
          "role",
          "orders-writer");

  private static final String CERTIFICATES = "/v1/certificates/x509";

  @TestHTTPResource(value = "/oauth/token", tls = true)
  URI token;

  @TestHTTPResource("/oauth/token")
  URI plain;

  @Inject Database database;

  /** What Mayfly certified, and under which id. */
  private record Holding(TlsHolding tls, String id) {

    HttpClient client() throws Exception {
      return tls.client();
    }
  }

  private static KeyPair pair() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private static String request(KeyPair pair) throws Exception {
    var request =
        new JcaPKCS10CertificationRequestBuilder(new X500Name(""), pair.getPublic())
            .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
    var text = new java.io.StringWriter();
    try (var writer = new JcaPEMWriter(text)) {
      writer.writeObject(request);
    }
    return text.toString();
  }

  private static Holding certified() throws Exception {
    KeyPair pair = pair();
    Response answer =
        given()
            .contentType("application/json")
            .body(
                new JsonObject()
                    .put("grant_type", "client_credentials")
                    .put(
                        "client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
                    .put("client_assertion", CHECKOUT.assertion())
                    .put("role", "orders-writer")
                    .put("csr", request(pair))
                    .encode())
            .post("/v1/certificates/x509");
    answer.then().statusCode(201);
    return new Holding(
        new TlsHolding(pair, List.of(chain(answer.path("certificate")))), answer.path("id"));
  }

  static Certificate[] chain(String pem) throws Exception {
    return CertificateFactory.getInstance("X.509")
        .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
        .toArray(new Certificate[0]);
  }

  private HttpResponse<String> post(HttpClient client, Map<String, String> form) throws Exception {
    return TlsHolding.post(client, token, form);
  }

  @Test
  void workloadComesInByItsSvid_untilThatIsRevoked() throws Exception {
    Holding holding = certified();
    HttpClient client = holding.client();
    HttpResponse<String> answer = post(client, BY_CERTIFICATE);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    String access = new JsonObject(answer.body()).getString("access_token");
    assertThat(Tokens.claims(access)).containsEntry("sub", CHECKOUT.spiffeId());

    Shop.operator()
        .contentType("application/json")
        .body(Map.of("scope", "credential", "target", holding.id(), "reason", "lost"))
        .post("/v1/revocations")
        .then()
        .statusCode(201);
    assertThat(post(client, BY_CERTIFICATE).statusCode()).isEqualTo(401);
  }

  /** A certificate for this key, by that of the connection. */
  static HttpResponse<String> certificate(
      HttpClient client, URI token, String name, String role, KeyPair of) throws Exception {
    return ask(client, token, renewal(name, role, of));
  }

  private HttpResponse<String> ask(HttpClient client, JsonObject wanted) throws Exception {
    return ask(client, token, wanted);
  }

  private static HttpResponse<String> ask(HttpClient client, URI token, JsonObject wanted)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(token.resolve(CERTIFICATES))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(wanted.encode()))
            .build();
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static JsonObject renewal(String client, String role, KeyPair of) throws Exception {
    return new JsonObject()
        .put("grant_type", "client_credentials")
        .put("client_id", client)
        .put("role", role)
        .put("csr", request(of));
  }

  private static X509Certificate leafOf(HttpResponse<String> answer) throws Exception {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return (X509Certificate) chain(new JsonObject(answer.body()).getString("certificate"))[0];
  }

  /** With the same key as with a new one; for its own name only. */
  @Test
  void certificateIsRenewedForTheSameKey_andForNobodyElse() throws Exception {
    Holding holding = certified();
    KeyPair same = holding.tls().pair();
    X509Certificate renewed =
        leafOf(ask(holding.client(), renewal(CHECKOUT.spiffeId(), "orders-writer", same)));
    assertThat(renewed.getPublicKey()).isEqualTo(same.getPublic());
    assertThat(renewed.getSerialNumber()).isNotEqualTo(holding.tls().leaf().getSerialNumber());
    assertThat(
            ask(holding.client(), renewal(Shop.ORDERS.spiffeId(), "orders-server", same))
                .statusCode())
        .isEqualTo(401);
    // The other's own request, over this one's connection.
    assertThat(
            ask(holding.client(), renewal("spiffe://shop.test/storefront/till", "shop-tls", pair()))
                .statusCode())
        .isEqualTo(401);
  }

  /** A client's clock may be minutes behind ours: it believes what we have just made. */
  @Test
  void certificateHasBegunByAClockThatIsAMinuteBehind() throws Exception {
    X509Certificate leaf = certified().tls().leaf();
    leaf.checkValidity(java.util.Date.from(java.time.Instant.now().minusSeconds(60)));
  }

  /** Our own clock gives no second more: asked without a pause, over its end. */
  @Test
  void certificateProvesNobody_afterItsLastSecond() throws Exception {
    KeyPair pair = pair();
    JsonObject brief = renewal(CHECKOUT.spiffeId(), "orders-writer", pair).put("ttl", "2s");
    X509Certificate leaf = leafOf(ask(certified().client(), brief));
    HttpClient client = new TlsHolding(pair, leaf).client();
    java.time.Instant end = leaf.getNotAfter().toInstant().plusSeconds(1);
    java.time.Instant begun;
    int status;
    do {
      begun = java.time.Instant.now();
      status = post(client, BY_CERTIFICATE).statusCode();
      assertThat(status).isIn(200, 401);
      assertThat(status == 200 && begun.isAfter(end)).as("taken after %s", end).isFalse();
    } while (status == 200);
    assertThat(java.time.Instant.now()).isAfterOrEqualTo(leaf.getNotAfter().toInstant());
  }

  @Test
  void proxyHandsOnAnSvid() throws Exception {
    Holding holding = certified();
    HttpClient proxy =
        HttpClient.newBuilder()
            .localAddress(java.net.InetAddress.getByName(TlsPolicy.PROXY))
            .build();
    String[] shown = {"Client-Cert", holding.tls().header()};
    assertThat(TlsHolding.post(proxy, plain, BY_CERTIFICATE, shown).statusCode()).isEqualTo(200);
    assertThat(TlsHolding.post(proxy, plain, BY_CERTIFICATE).statusCode()).isEqualTo(401);
  }

  /** A machine that has nothing: one join token, a certificate, and from then on that. */
  @Test
  void instanceGetsItsCertificateByAJoinToken_andRenewsIt() throws Exception {
    String till = "spiffe://shop.test/storefront/till";
    String join =
        Shop.operator()
            .contentType("application/json")
            .body(Map.of("identity", till, "attributes", Map.of("shop", "north-7")))
            .post("/v1/join-tokens")
            .then()
            .statusCode(201)
            .extract()
            .path("join_token");
    KeyPair pair = pair();
    JsonObject wanted =
        new JsonObject()
            .put("grant_type", "urn:mayfly:params:oauth:grant-type:join-token")
            .put("join_token", join)
            .put("role", "shop-tls")
            .put("csr", request(pair));
    Response first =
        given().contentType("application/json").body(wanted.encode()).post(CERTIFICATES);
    first.then().statusCode(201);
    assertThat(
            given()
                .contentType("application/json")
                .body(wanted.encode())
                .post(CERTIFICATES)
                .statusCode())
        .as("good once")
        .isIn(400, 401);
    TlsHolding holding = new TlsHolding(pair, List.of(chain(first.path("certificate"))));
    assertThat(holding.leaf().getSubjectAlternativeNames().toString()).contains(till);
    KeyPair next = pair();
    assertThat(leafOf(ask(holding.client(), renewal(till, "shop-tls", next))).getPublicKey())
        .isEqualTo(next.getPublic());
  }

  /** Renewed with itself, for another key. */
  @Test
  void certificateIsRenewedWithItself() throws Exception {
    Holding holding = certified();
    KeyPair next = pair();
    X509Certificate leaf =
        leafOf(ask(holding.client(), renewal(CHECKOUT.spiffeId(), "orders-writer", next)));
    assertThat(leaf.getPublicKey()).isEqualTo(next.getPublic());
  }

  /** Else whoever stole a key that has been taken out since would renew for ever. */
  @Test
  void certificateProvesNobody_onceAKeyWasTakenFromItsIdentity() throws Exception {
    Holding holding = certified();
    proofsSince("(SELECT version + 1 FROM policy_active)");
    try {
      assertThat(post(holding.client(), BY_CERTIFICATE).statusCode()).isEqualTo(401);
      assertThat(
              ask(holding.client(), renewal(CHECKOUT.spiffeId(), "orders-writer", pair()))
                  .statusCode())
          .isEqualTo(401);
    } finally {
      proofsSince("(SELECT version FROM policy_active)");
    }
    assertThat(post(holding.client(), BY_CERTIFICATE).statusCode())
        .as("boundary: issued under the version that took it")
        .isEqualTo(200);
  }

  private void proofsSince(String version) {
    database
        .run(
            "UPDATE identities SET proofs_since = %s WHERE name = '%s'"
                .formatted(version, CHECKOUT.spiffeId()))
        .await()
        .indefinitely();
  }

  @Test
  void certificateProvesNobodyElse() throws Exception {
    HttpClient client = certified().client();
    for (String other : new String[] {Shop.ORDERS.spiffeId(), "checkout", ""}) {
      assertThat(
              post(client, Map.of("grant_type", "client_credentials", "client_id", other))
                  .statusCode())
          .isEqualTo(401);
    }
  }

  /** The same name, the same words of an issuer, another signature. */
  @Test
  void certificateOfAnotherAuthorityProvesNobody() throws Exception {
    Holding real = certified();
    KeyPair own = pair();
    X509Certificate like = real.tls().leaf();
    var forged =
        new org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder(
            like.getIssuerX500Principal(),
            like.getSerialNumber(),
            like.getNotBefore(),
            like.getNotAfter(),
            like.getSubjectX500Principal(),
            own.getPublic());
    forged.addExtension(
        org.bouncycastle.asn1.x509.Extension.subjectAlternativeName,
        true,
        new org.bouncycastle.asn1.x509.GeneralNames(
            new org.bouncycastle.asn1.x509.GeneralName(
                org.bouncycastle.asn1.x509.GeneralName.uniformResourceIdentifier,
                CHECKOUT.spiffeId())));
    var signed =
        forged.build(new JcaContentSignerBuilder("SHA256withECDSA").build(own.getPrivate()));
    Certificate leaf =
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(signed.getEncoded()));
    HttpClient client = new TlsHolding(own, leaf).client();
    assertThat(post(client, BY_CERTIFICATE).statusCode()).isEqualTo(401);
  }

  @Test
  void headerWithACertificateIsRefused_fromWhoeverIsNoProxy() throws Exception {
    String header = certified().tls().header();
    given()
        .header("Client-Cert", header)
        .formParams(BY_CERTIFICATE)
        .post("/oauth/token")
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_request"));
    given().header("client-cert", header).get("/v1/info").then().statusCode(400);
    given().formParams(BY_CERTIFICATE).post("/oauth/token").then().statusCode(401);
  }

  @Test
  void metadataNamesTheMethod() {
    given()
        .get("/.well-known/oauth-authorization-server")
        .then()
        .body("token_endpoint_auth_methods_supported", hasItem("spiffe_x509"));
  }
}
