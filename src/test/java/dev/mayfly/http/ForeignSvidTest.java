package dev.mayfly.http;

import static dev.mayfly.http.TlsPolicy.LOADER;
import static dev.mayfly.http.TlsPolicy.LOADER_HERE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.identity.certificate.TestAuthority;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Workloads of another trust domain, by their X509-SVIDs over real TLS and behind a proxy. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
@WithTestResource(TlsFiles.class)
class ForeignSvidTest {

  @TestHTTPResource(value = "/oauth/token", tls = true)
  URI token;

  @TestHTTPResource("/oauth/token")
  URI plain;

  private static Map<String, String> as(String client) {
    return new HashMap<>(
        Map.of("grant_type", "client_credentials", "client_id", client, "role", "orders-bound"));
  }

  private int status(TlsHolding holding, String client) throws Exception {
    return TlsHolding.post(holding.client(), token, as(client)).statusCode();
  }

  /** By way of an authority that only the handshake shows; bound to it where the role says so. */
  @Test
  void workloadComesInAsTheIdentityThatThePolicyMakesOfIt() throws Exception {
    HttpResponse<String> answer =
        TlsHolding.post(TlsPolicy.svid(LOADER).client(), token, as(LOADER));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(Tokens.claims(new JsonObject(answer.body()).getString("access_token")))
        .containsEntry("sub", LOADER_HERE)
        .containsKey("cnf");
  }

  @Test
  void nobodyElseComesInByIt() throws Exception {
    TlsHolding loader = TlsPolicy.svid(LOADER);
    for (String other :
        List.of(LOADER_HERE, Shop.CHECKOUT.spiffeId(), "spiffe://grid.test/other", "loader", "")) {
      assertThat(status(loader, other)).as(other).isEqualTo(401);
    }
    assertThat(status(TlsPolicy.svid("spiffe://grid.test/other"), "spiffe://grid.test/other"))
        .isEqualTo(401);
    // Names of our own domain and of a third that is trusted too, by this domain's authority.
    for (String ours :
        List.of(
            LOADER_HERE,
            Shop.CHECKOUT.spiffeId(),
            "spiffe://shop.test/storefront/till",
            "spiffe://mesh.test/warehouse/packer")) {
      assertThat(status(TlsPolicy.svid(ours), ours)).as(ours).isEqualTo(401);
    }
    // Whom the policy trusts for its own clients, and one that nobody trusts.
    assertThat(status(TlsPolicy.svid(TlsPolicy.partner(), LOADER), LOADER)).isEqualTo(401);
    assertThat(status(TlsPolicy.svid(TestAuthority.root("CN=grid"), LOADER), LOADER))
        .isEqualTo(401);
  }

  @Test
  void proxyHandsOnTheSvidAndItsChain() throws Exception {
    HttpClient proxy =
        HttpClient.newBuilder().localAddress(InetAddress.getByName(TlsPolicy.PROXY)).build();
    TlsHolding loader = TlsPolicy.svid(LOADER);
    String[] whole = {"Client-Cert", loader.header(), "Client-Cert-Chain", loader.chainHeader()};
    assertThat(TlsHolding.post(proxy, plain, as(LOADER), whole).statusCode()).isEqualTo(200);
    String[] leaf = {"Client-Cert", loader.header()};
    assertThat(TlsHolding.post(proxy, plain, as(LOADER), leaf).statusCode()).isEqualTo(401);
    String tooLong = String.join(", ", java.util.Collections.nCopies(7, loader.chainHeader()));
    String[] more = {"Client-Cert", loader.header(), "Client-Cert-Chain", tooLong};
    assertThat(TlsHolding.post(proxy, plain, as(LOADER), more).statusCode()).isEqualTo(400);
    assertThat(
            HttpClient.newHttpClient()
                .send(
                    HttpRequest.newBuilder(plain)
                        .headers(whole)
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build(),
                    HttpResponse.BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(400);
  }

  /** What we give it is good for what we say; it lets nobody in again where others vouch. */
  @Test
  void certificateOfOursThatItGets_renewsNothing() throws Exception {
    TlsHolding loader = TlsPolicy.svid(LOADER);
    HttpResponse<String> answer =
        TlsClientTest.certificate(loader.client(), token, LOADER, "shop-tls", loader.pair());
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    TlsHolding ours =
        new TlsHolding(
            loader.pair(),
            List.of(TlsClientTest.chain(new JsonObject(answer.body()).getString("certificate"))));
    assertThat(ours.leaf().getSubjectAlternativeNames().toString()).contains(LOADER_HERE);
    assertThat(status(ours, LOADER_HERE)).isEqualTo(401);
    assertThat(status(ours, LOADER)).isEqualTo(401);
  }
}
