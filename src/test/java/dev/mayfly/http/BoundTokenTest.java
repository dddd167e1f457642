package dev.mayfly.http;

import static dev.mayfly.http.Shop.CHECKOUT;
import static dev.mayfly.http.Shop.NIGHTLY_REPORT;
import static dev.mayfly.http.Shop.ORDERS;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.nimbusds.jose.util.Base64URL;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** DPoP at the token endpoint (RFC 9449 5, 8): how a token comes to be bound to a key, or not. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class BoundTokenTest {

  private final Holder holder = new Holder();

  @Test
  void tokenIsBoundToTheKeyOfTheProof_onceTheNonceIsKnown() {
    String assertion = CHECKOUT.assertion();
    Proof proof = holder.mintProof().without("nonce");
    Response asked = Holder.mint(assertion, holder.signed(proof)).post("/oauth/token");
    asked
        .then()
        .statusCode(400)
        .header("Cache-Control", "no-store")
        .header("WWW-Authenticate", nullValue())
        .body("error", equalTo("use_dpop_nonce"));

    proof.claim("nonce", asked.getHeader("DPoP-Nonce"));
    Response answer = Holder.mint(assertion, holder.signed(proof)).post("/oauth/token");

    answer.then().statusCode(200).body("token_type", equalTo("DPoP"));
    assertThat(answer.getHeader("DPoP-Nonce")).isNotBlank();
    String token = answer.path("access_token");
    assertThat(Tokens.verifies(token)).isTrue();
    assertThat(Tokens.claims(token)).containsEntry("cnf", Map.of("jkt", holder.jkt()));
    ORDERS
        .introspect(token)
        .then()
        .statusCode(200)
        .body("active", equalTo(true))
        .body("token_type", equalTo("DPoP"))
        .body("cnf.jkt", equalTo(holder.jkt()));
  }

  @Test
  void nothingChanges_withoutAProof() {
    Response answer = CHECKOUT.token();
    answer
        .then()
        .statusCode(200)
        .header("DPoP-Nonce", nullValue())
        .body("token_type", equalTo("Bearer"));
    assertThat(Tokens.claims(answer.path("access_token"))).doesNotContainKey("cnf");
  }

  @Test
  void pipelinesTokenIsBound_too() {
    String token =
        given()
            .header("DPoP", holder.signed(holder.mintProof()))
            .formParam("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
            .formParam("assertion", Shop.pipelineProof().signed(Shop.CI.key()))
            .post("/oauth/token")
            .then()
            .statusCode(200)
            .body("token_type", equalTo("DPoP"))
            .extract()
            .path("access_token");
    assertThat(Tokens.claims(token)).containsEntry("cnf", Map.of("jkt", holder.jkt()));
  }

  static Stream<Arguments> badProofs() {
    Holder other = new Holder();
    long now = Instant.now().getEpochSecond();
    return Stream.of(
        bad("typ of an assertion", p -> p.header("typ", "JWT")),
        bad("no typ", p -> p.without("typ")),
        bad("no jwk", p -> p.without("jwk")),
        bad("private key", p -> p.header("jwk", other.jwk().toJSONObject())),
        bad(
            "symmetric key",
            p -> p.header("jwk", Map.of("kty", "oct", "k", "AAAA")).header("alg", "HS256")),
        bad("another's key", p -> p.header("jwk", other.jwk().toPublicJWK().toJSONObject())),
        bad("no signature", p -> p.header("alg", "none")),
        bad("another method", p -> p.claim("htm", "GET")),
        bad("another endpoint", p -> p.claim("htu", Shop.ISSUER + "/oauth/introspect")),
        bad("another broker", p -> p.claim("htu", "https://evil.test/oauth/token")),
        bad("too old", p -> p.claim("iat", now - 120)),
        bad("of the future", p -> p.claim("iat", now + 120)),
        bad("no time", p -> p.without("iat")),
        bad("no jti", p -> p.without("jti")),
        bad("long jti", p -> p.claim("jti", "j".repeat(129))));
  }

  private static Arguments bad(String what, Consumer<Proof> change) {
    return arguments(what, change);
  }

  /** Whatever is wrong the answer is the same, and the client's assertion is still good. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("badProofs")
  void badProofMintsNothing(String what, Consumer<Proof> change) {
    Proof proof = holder.mintProof();
    change.accept(proof);
    String assertion = CHECKOUT.assertion();
    Response answer = Holder.mint(assertion, holder.signed(proof)).post("/oauth/token");
    answer.then().statusCode(400).header("Cache-Control", "no-store");
    assertThat(answer.asString())
        .isEqualTo(
            "{\"error\":\"invalid_dpop_proof\",\"error_description\":"
                + "\"a DPoP proof for this request is needed, fresh and good\"}");
    Holder.mint(assertion, holder.signed(holder.mintProof()))
        .post("/oauth/token")
        .then()
        .statusCode(200);
  }

  @Test
  void textThatIsNoProofIsRefused() {
    String good = holder.signed(holder.mintProof());
    for (String text : List.of("x", "a.b.c", good + "," + good, good + "x".repeat(4_096))) {
      Holder.mint(CHECKOUT.assertion(), text)
          .post("/oauth/token")
          .then()
          .statusCode(400)
          .body("error", equalTo("invalid_dpop_proof"));
    }
  }

  @Test
  void secondHeaderIsRefused() {
    String good = holder.signed(holder.mintProof());
    Holder.mint(CHECKOUT.assertion(), good)
        .header("DPoP", holder.signed(holder.mintProof()))
        .post("/oauth/token")
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_dpop_proof"));
  }

  @Test
  void staleNonceIsAskedForAgain() {
    String stale = Base64URL.encode("yesterday's nonce").toString();
    Response asked =
        Holder.mint(CHECKOUT.assertion(), holder.signed(holder.mintProof().claim("nonce", stale)))
            .post("/oauth/token");
    asked.then().statusCode(400).body("error", equalTo("use_dpop_nonce"));
    assertThat(asked.getHeader("DPoP-Nonce")).isNotBlank().isNotEqualTo(stale);
  }

  @Test
  void proofIsGoodOnce() {
    String proof = holder.signed(holder.mintProof());
    Holder.mint(CHECKOUT.assertion(), proof).post("/oauth/token").then().statusCode(200);
    Holder.mint(CHECKOUT.assertion(), proof)
        .post("/oauth/token")
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_dpop_proof"));
    Holder.mint(NIGHTLY_REPORT.assertion(), proof)
        .post("/oauth/token")
        .then()
        .statusCode(400)
        .body("error", equalTo("invalid_dpop_proof"));
  }

  @Test
  void strangersProofIsNotLookedAt() {
    Holder.mint("a.b.c", "x")
        .post("/oauth/token")
        .then()
        .statusCode(401)
        .body("error", equalTo("invalid_client"));
  }

  @Test
  void redeliveredTokenIsBoundToTheSameKey_andToNoOther() {
    String name = UUID.randomUUID().toString();
    Response first = under(name, holder);
    Response again = under(name, holder);
    assertThat(Tokens.claims(again.path("access_token")))
        .isEqualTo(Tokens.claims(first.path("access_token")))
        .containsEntry("cnf", Map.of("jkt", holder.jkt()));
    again.then().body("token_type", equalTo("DPoP"));
    under(name, new Holder()).then().statusCode(409);
    Shop.form(CHECKOUT.assertion())
        .header("Idempotency-Key", name)
        .formParam("grant_type", "client_credentials")
        .post("/oauth/token")
        .then()
        .statusCode(409);
  }

  private static Response under(String name, Holder holder) {
    return Holder.mint(CHECKOUT.assertion(), holder.signed(holder.mintProof()))
        .header("Idempotency-Key", name)
        .post("/oauth/token");
  }

  @Test
  void metadataNamesTheAlgorithms() {
    given()
        .get("/.well-known/oauth-authorization-server")
        .then()
        .body("dpop_signing_alg_values_supported", contains("ES256", "Ed25519", "PS256", "RS256"));
  }
}
