package dev.mayfly.http;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** SPIFFE Trust Domain and Bundle 4, at the wire. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class BundleTest {

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
    given()
        .header("If-None-Match", answer.header("ETag"))
        .get("/spiffe/bundle")
        .then()
        .statusCode(304);
  }
}
