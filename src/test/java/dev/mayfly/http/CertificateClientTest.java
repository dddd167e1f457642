package dev.mayfly.http;

import static dev.mayfly.http.Shop.CHECKOUT;
import static dev.mayfly.http.Shop.ORDERS;
import static dev.mayfly.http.TlsPolicy.PRINTER;
import static dev.mayfly.http.TlsPolicy.SCANNER;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;

import dev.mayfly.identity.certificate.TestAuthority;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Clients that show a certificate which is not Mayfly's (RFC 8705 2), and tokens that are good with
 * a certificate only (3), at the broker's own TLS port and behind a proxy.
 */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
@WithTestResource(TlsFiles.class)
class CertificateClientTest {

  @TestHTTPResource(value = "/oauth/token", tls = true)
  URI token;

  @TestHTTPResource("/oauth/token")
  URI plain;

  private static Map<String, String> as(String client) {
    return Map.of("grant_type", "client_credentials", "client_id", client);
  }

  private static Map<String, String> as(String client, String role) {
    Map<String, String> form = new HashMap<>(as(client));
    form.put("role", role);
    return form;
  }

  private int status(TlsHolding holding, Map<String, String> form) throws Exception {
    return TlsHolding.post(holding.client(), token, form).statusCode();
  }

  private static JsonObject minted(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new JsonObject(answer.body());
  }

  private static String thumbprint(TlsHolding holding) throws Exception {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(MessageDigest.getInstance("SHA-256").digest(holding.leaf().getEncoded()));
  }

  private HttpResponse<String> info(HttpClient client, URI from, String access, String... more)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(from.resolve("/v1/info"))
            .header("Authorization", "Bearer " + access);
    if (more.length > 0) {
      request.headers(more);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void clientOfAPartnersAuthorityComesIn() throws Exception {
    JsonObject answer =
        minted(
            TlsHolding.post(
                TlsPolicy.holding(TlsPolicy.printer()).client(),
                token,
                as(PRINTER, "orders-reader")));
    assertThat(answer.getString("token_type")).isEqualTo("Bearer");
    Map<String, Object> claims = Tokens.claims(answer.getString("access_token"));
    assertThat(claims).containsEntry("sub", PRINTER).doesNotContainKey("cnf");
  }

  @Test
  void clientWithACertificateOfItsOwnComesIn() throws Exception {
    JsonObject answer = minted(TlsHolding.post(TlsPolicy.scanner().client(), token, as(SCANNER)));
    assertThat(Tokens.claims(answer.getString("access_token"))).containsEntry("sub", SCANNER);
  }

  @Test
  void certificateProvesTheOneClientThatPolicyNames() throws Exception {
    TlsHolding printer = TlsPolicy.holding(TlsPolicy.printer());
    for (String other : new String[] {SCANNER, CHECKOUT.spiffeId(), "printer", ""}) {
      assertThat(status(printer, as(other))).as(other).isEqualTo(401);
    }
    assertThat(status(TlsPolicy.scanner(), as(PRINTER))).isEqualTo(401);
    TlsHolding nobody =
        TlsPolicy.holding(TestAuthority.wanted().from(Instant.now().minusSeconds(9)));
    assertThat(status(nobody, as(PRINTER))).isEqualTo(401);
  }

  /** Whoever's clock is wrong: the broker's is the one that is asked, and gives no leeway. */
  @Test
  void certificateThatHasEndedOrNotBegunProvesNobody() throws Exception {
    Instant now = Instant.now();
    assertThat(
            status(TlsPolicy.holding(TlsPolicy.printer().until(now.minusSeconds(1))), as(PRINTER)))
        .isEqualTo(401);
    assertThat(
            status(TlsPolicy.holding(TlsPolicy.printer().from(now.plusSeconds(60))), as(PRINTER)))
        .isEqualTo(401);
  }

  @Test
  void refusalSaysNothingOfWhatWasWrong() throws Exception {
    HttpResponse<String> known = TlsHolding.post(TlsPolicy.scanner().client(), token, as(PRINTER));
    HttpResponse<String> unknown =
        TlsHolding.post(TlsPolicy.scanner().client(), token, as("spiffe://shop.test/nobody"));
    assertThat(known.body()).isEqualTo(unknown.body());
    assertThat(new JsonObject(known.body()).getString("error")).isEqualTo("invalid_client");
  }

  /** RFC 8705 3: by whichever proof the client came in. */
  @Test
  void tokenOfABoundRoleNamesTheCertificate() throws Exception {
    TlsHolding printer = TlsPolicy.holding(TlsPolicy.printer());
    JsonObject answer =
        minted(TlsHolding.post(printer.client(), token, as(PRINTER, "orders-bound")));
    assertThat(answer.getString("token_type")).isEqualTo("Bearer");
    String access = answer.getString("access_token");
    Map<String, String> bound = Map.of("x5t#S256", thumbprint(printer));
    assertThat(Tokens.claims(access)).containsEntry("cnf", bound);
    ORDERS
        .introspect(access)
        .then()
        .statusCode(200)
        .body("active", equalTo(true))
        .body("cnf", equalTo(bound))
        .body("token_type", equalTo("Bearer"));

    Map<String, String> signed = new HashMap<>();
    signed.put("grant_type", "client_credentials");
    signed.put("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    signed.put("client_assertion", CHECKOUT.assertion());
    signed.put("role", "orders-bound");
    String other =
        minted(TlsHolding.post(printer.client(), token, signed)).getString("access_token");
    assertThat(Tokens.claims(other))
        .containsEntry("sub", CHECKOUT.spiffeId())
        .containsEntry("cnf", bound);
  }

  @Test
  void boundRoleGivesNoToken_withoutACertificate() {
    CHECKOUT
        .token(Map.of("role", "orders-bound"))
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_request"));
    new Holder().token(CHECKOUT, Map.of("role", "orders-bound")).then().statusCode(400);
  }

  /** The same answer under the same key says the same; another certificate is another wish. */
  @Test
  void tokenIsDeliveredAgain_forTheSameCertificate() throws Exception {
    TlsHolding printer = TlsPolicy.holding(TlsPolicy.printer());
    String[] key = {"Idempotency-Key", "printer-" + printer.leaf().getSerialNumber()};
    Map<String, String> form = as(PRINTER, "orders-bound");
    String first =
        minted(TlsHolding.post(printer.client(), token, form, key)).getString("access_token");
    String again =
        minted(TlsHolding.post(printer.client(), token, form, key)).getString("access_token");
    assertThat(Tokens.claims(again)).isEqualTo(Tokens.claims(first));
    TlsHolding renewed = TlsPolicy.holding(TlsPolicy.printer());
    assertThat(TlsHolding.post(renewed.client(), token, form, key).statusCode()).isNotEqualTo(200);
  }

  @Test
  void stolenBoundTokenIsWorthNothing_withoutItsKey() throws Exception {
    TlsHolding printer = TlsPolicy.holding(TlsPolicy.printer());
    String access =
        minted(TlsHolding.post(printer.client(), token, as(PRINTER, "mayfly-bound")))
            .getString("access_token");
    assertThat(info(printer.client(), token, access).statusCode()).isEqualTo(200);

    HttpResponse<String> noCertificate = info(HttpClient.newHttpClient(), plain, access);
    assertThat(noCertificate.statusCode()).isEqualTo(401);
    assertThat(noCertificate.headers().allValues("WWW-Authenticate"))
        .contains("Bearer realm=\"mayfly\", error=\"invalid_token\"");
    assertThat(info(TlsPolicy.scanner().client(), token, access).statusCode()).isEqualTo(401);
    TlsHolding sameName = TlsPolicy.holding(TlsPolicy.printer());
    assertThat(info(sameName.client(), token, access).statusCode()).isEqualTo(401);
    assertThat(
            info(HttpClient.newHttpClient(), plain, access, "Client-Cert", printer.header())
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void proxyHandsOnWhatItWasShown() throws Exception {
    HttpClient proxy =
        HttpClient.newBuilder()
            .localAddress(java.net.InetAddress.getByName(TlsPolicy.PROXY))
            .build();
    TlsHolding printer = TlsPolicy.holding(TlsPolicy.printer());
    String[] shown = {"Client-Cert", printer.header()};
    String access =
        minted(TlsHolding.post(proxy, plain, as(PRINTER, "mayfly-bound"), shown))
            .getString("access_token");
    assertThat(Tokens.claims(access)).containsEntry("cnf", Map.of("x5t#S256", thumbprint(printer)));
    assertThat(info(proxy, plain, access, shown).statusCode()).isEqualTo(200);
    assertThat(info(proxy, plain, access).statusCode()).isEqualTo(401);
    minted(TlsHolding.post(proxy, plain, as(SCANNER), "Client-Cert", TlsPolicy.scanner().header()));
    assertThat(TlsHolding.post(proxy, plain, as(PRINTER)).statusCode()).isEqualTo(401);
    assertThat(TlsHolding.post(proxy, plain, as(PRINTER), "Client-Cert", ":AAAA:").statusCode())
        .isEqualTo(400);
  }

  /** RFC 9440 2.3. */
  @Test
  void proxyHandsOnWhatStandsBetween() throws Exception {
    HttpClient proxy =
        HttpClient.newBuilder()
            .localAddress(java.net.InetAddress.getByName(TlsPolicy.PROXY))
            .build();
    Instant now = Instant.now();
    TestAuthority between =
        TlsPolicy.partner()
            .below(
                TestAuthority.wanted()
                    .subject("CN=between")
                    .authority(0)
                    .from(now.minusSeconds(60)));
    TestAuthority leaf = between.below(TlsPolicy.printer());
    String shown = new TlsHolding(leaf.pair(), leaf.certificate()).header();
    String chain = new TlsHolding(between.pair(), between.certificate()).header();
    minted(
        TlsHolding.post(
            proxy,
            plain,
            as(PRINTER, "orders-reader"),
            "Client-Cert",
            shown,
            "Client-Cert-Chain",
            chain));
    assertThat(TlsHolding.post(proxy, plain, as(PRINTER), "Client-Cert", shown).statusCode())
        .isEqualTo(401);
    given()
        .header("Client-Cert-Chain", chain)
        .formParams(as(PRINTER))
        .post("/oauth/token")
        .then()
        .statusCode(400);
  }

  /** It is the proxy's, whoever the request is from. */
  @Test
  void proxysOwnCertificateProvesNobody() throws Exception {
    HttpClient proxy = TlsPolicy.scanner().clientAt(TlsPolicy.PROXY);
    assertThat(TlsHolding.post(proxy, token, as(SCANNER)).statusCode()).isEqualTo(401);
  }

  @Test
  void metadataTellsOfCertificates() {
    given()
        .get("/.well-known/oauth-authorization-server")
        .then()
        .body(
            "token_endpoint_auth_methods_supported",
            hasItems("tls_client_auth", "self_signed_tls_client_auth"))
        .body("tls_client_certificate_bound_access_tokens", equalTo(true))
        .body("mtls_endpoint_aliases.token_endpoint", equalTo(TlsPolicy.MTLS_URL + "/oauth/token"));
  }
}
