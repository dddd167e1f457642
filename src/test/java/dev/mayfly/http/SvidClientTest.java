package dev.mayfly.http;

import static dev.mayfly.http.Shop.ISSUER;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.ECKey;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.text.ParseException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** A workload of a trusted SPIFFE trust domain at the token endpoint, by its JWT-SVID. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class SvidClientTest {

  private static final String PACKER = "spiffe://mesh.test/warehouse/packer";
  private static final String TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe";

  private static Proof svid() {
    return new Proof()
        .header("alg", "ES256")
        .header("kid", "mesh-1")
        .header("typ", "JWT")
        .claim("sub", PACKER)
        .claim("aud", ISSUER)
        .claim("exp", Instant.now().getEpochSecond() + 300);
  }

  private static PrivateKey key() {
    try {
      return ECKey.parse(Files.readString(Path.of("keys-dev/mesh.jwk.json"))).toECPrivateKey();
    } catch (IOException | ParseException | JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Response token(String type, Proof svid) {
    return given()
        .formParam("grant_type", "client_credentials")
        .formParam("client_id", PACKER)
        .formParam("client_assertion_type", type)
        .formParam("client_assertion", svid.signed(key()))
        .post("/oauth/token");
  }

  @Test
  void workloadOfTheMeshGetsTokens_untilItsSvidEnds() {
    Proof svid = svid();
    for (int time = 0; time < 2; time++) {
      String token = token(TYPE, svid).then().statusCode(200).extract().path("access_token");
      assertThat(Tokens.claims(token)).containsEntry("sub", "spiffe://shop.test/warehouse/packer");
      assertThat(Tokens.verifies(token)).isTrue();
    }
  }

  @Test
  void badSvidReadsAsAnyUnknownClient() {
    Response answer = token(TYPE, svid().header("typ", "at+jwt"));
    answer.then().statusCode(401).body("error", equalTo("invalid_client"));
    assertThat(answer.asString()).isEqualTo(Shop.tokenFor("a.b.c").asString());
    token("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", svid()).then().statusCode(401);
  }

  @Test
  void metadataNamesTheMethod() {
    given()
        .get("/.well-known/oauth-authorization-server")
        .then()
        .body("token_endpoint_auth_methods_supported", hasItem("spiffe_jwt"));
  }
}
