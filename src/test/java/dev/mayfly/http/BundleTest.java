package dev.mayfly.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import dev.mayfly.story.Eventually;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.spiffe.bundle.x509bundle.X509Bundle;
import io.spiffe.exception.BundleNotFoundException;
import io.spiffe.spiffeid.TrustDomain;
import io.spiffe.svid.x509svid.X509Svid;
import io.spiffe.svid.x509svid.X509SvidValidator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SPIFFE Trust Domain and Bundle 4, at the wire. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class BundleTest {

  private static final Path SPIFFECHECK = Path.of("target/third-party/spiffecheck");

  @TempDir Path folder;

  @Test
  void bundleHoldsTheRoots_oneCertificateEachAndNoKid() throws Exception {
    Response answer = given().get("/spiffe/bundle");
    answer
        .then()
        .statusCode(200)
        .contentType("application/json")
        .body("spiffe_sequence", greaterThan(0))
        .body("spiffe_refresh_hint", equalTo(60))
        .body("keys", hasSize(1))
        .body("keys[0].use", equalTo("x509-svid"))
        .body("keys[0].kid", nullValue())
        .body("keys[0].x5c", hasSize(1));
    String pem =
        "-----BEGIN CERTIFICATE-----\n"
            + answer.path("keys[0].x5c[0]")
            + "\n-----END CERTIFICATE-----\n";
    assertThat(Certified.certificate(pem))
        .isEqualTo(Certified.certificate(given().get("/ca/trust.pem").asString()));
    ECKey key = (ECKey) JWKSet.parse(answer.asString()).getKeys().getFirst();
    assertThat(key.toECPublicKey()).isEqualTo(Certified.certificate(pem).getPublicKey());
    assertThat(Base64.getDecoder().decode(answer.<String>path("keys[0].x5c[0]"))).isNotEmpty();
    // A key on its way, of another test's making, gives the bundle another sequence in between.
    Eventually.within(Duration.ofSeconds(20), () -> isKept(given().get("/spiffe/bundle")));
  }

  private static boolean isKept(Response bundle) {
    return given()
            .header("If-None-Match", bundle.header("ETag"))
            .get("/spiffe/bundle")
            .getStatusCode()
        == 304;
  }

  /** java-spiffe-core, as workloads have it. */
  @Test
  void workloadsLibraryBelievesAnSvidByTheBundle_andByNoOther() throws Exception {
    Certified certified = Certified.issue(folder, Shop.CHECKOUT, "orders-writer");
    X509Svid svid =
        X509Svid.parse(
            (Files.readString(folder.resolve("leaf.pem"))
                    + Files.readString(folder.resolve("between.pem")))
                .getBytes(StandardCharsets.US_ASCII),
            Files.readAllBytes(folder.resolve("key.pem")));
    assertThat(svid.getSpiffeId()).hasToString(Shop.CHECKOUT.spiffeId());
    assertThat(svid.getLeaf()).isEqualTo(certified.leaf());

    TrustDomain shop = TrustDomain.parse("shop.test");
    X509Bundle bundle = new X509Bundle(shop);
    for (String der : given().get("/spiffe/bundle").<List<String>>path("keys.x5c.flatten()")) {
      bundle.addX509Authority(
          Certified.certificate(
              "-----BEGIN CERTIFICATE-----\n" + der + "\n-----END CERTIFICATE-----\n"));
    }
    X509SvidValidator.verifyChain(svid.getChain(), bundle);
    assertThatThrownBy(() -> X509SvidValidator.verifyChain(svid.getChain(), new X509Bundle(shop)))
        .isInstanceOf(CertificateException.class);
    X509Bundle foreign =
        new X509Bundle(TrustDomain.parse("mesh.test"), bundle.getX509Authorities());
    assertThatThrownBy(() -> X509SvidValidator.verifyChain(svid.getChain(), foreign))
        .isInstanceOf(BundleNotFoundException.class);
  }

  /** go-spiffe, by the program in {@code src/test/go/spiffecheck}. */
  @Test
  void goSpiffeBelievesAnSvidByTheBundle_andByNoOther() throws Exception {
    assumeThat(SPIFFECHECK).as("built where there is Go").exists();
    Certified certified = Certified.issue(folder, Shop.CHECKOUT, "orders-writer");
    String program = SPIFFECHECK.toAbsolutePath().toString();
    Files.writeString(
        folder.resolve("chain.pem"),
        Files.readString(folder.resolve("leaf.pem"))
            + Files.readString(folder.resolve("between.pem")));
    Files.writeString(folder.resolve("bundle.json"), given().get("/spiffe/bundle").asString());
    assertThat(certified.run(program + " shop.test bundle.json chain.pem"))
        .startsWith("believed: " + Shop.CHECKOUT.spiffeId() + " sequence ")
        .contains("refresh 1m0s");
    assertThat(certified.run(program + " mesh.test bundle.json chain.pem"))
        .startsWith("refused: ")
        .contains("shop.test");
  }
}
