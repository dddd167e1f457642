package dev.mayfly.http;

import static dev.mayfly.http.Shop.CHECKOUT;
import static dev.mayfly.http.Shop.NIGHTLY_REPORT;
import static dev.mayfly.http.Shop.ORDERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.nimbusds.jose.JOSEException;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Proofs that are none. Whatever is wrong, a stranger reads the same bytes. */
@QuarkusTest
@QuarkusTestResource(BrokerDatabase.class)
class BadProofTest {

  private static final String ONE_ANSWER =
      "{\"error\":\"invalid_client\",\"error_description\":\"the caller could not be authenticated\"}";

  static Stream<Arguments> badClientAssertions() throws JOSEException {
    long now = Instant.now().getEpochSecond();
    String id = CHECKOUT.spiffeId();
    return Stream.of(
        bad("unknown client", good().claim("iss", id + "x").claim("sub", id + "x")),
        bad(
            "other client's name",
            good().claim("iss", ORDERS.spiffeId()).claim("sub", ORDERS.spiffeId())),
        bad("iss is not sub", good().claim("sub", ORDERS.spiffeId())),
        bad("iss in capitals", good().claim("iss", id.toUpperCase(java.util.Locale.ROOT))),
        bad("iss with a trailing slash", good().claim("iss", id + "/").claim("sub", id + "/")),
        bad(
            "iss with a look-alike letter",
            good().claim("iss", id.replace('o', '\u043e')).claim("sub", id.replace('o', '\u043e'))),
        bad("iss with a NUL", good().claim("iss", id + "\0").claim("sub", id + "\0")),
        bad("iss with SQL", good().claim("iss", "' OR 1=1 --").claim("sub", "' OR 1=1 --")),
        bad("token type of an access token", good().header("typ", "at+jwt")),
        bad("typ of a list", good().header("typ", "statuslist+jwt")),
        bad("algorithm in small letters", good().header("alg", "es256")),
        bad("algorithm not allowed", good().header("alg", "ES384")),
        bad("algorithm RS256 with an EC key", good().header("alg", "RS256")),
        bad("unknown kid", good().header("kid", "checkout-2")),
        bad("critical header", good().header("crit", List.of("x")).header("x", 1)),
        bad("audience is the token endpoint", good().claim("aud", Shop.ISSUER + "/oauth/token")),
        bad("audience with a slash", good().claim("aud", Shop.ISSUER + "/")),
        bad("two audiences", good().claim("aud", List.of(Shop.ISSUER, "https://other.test"))),
        bad("the same audience twice", good().claim("aud", List.of(Shop.ISSUER, Shop.ISSUER))),
        bad("no audience", good().without("aud")),
        bad("no end", good().without("exp")),
        bad("no jti", good().without("jti")),
        bad("end in this very second", good().claim("exp", now)),
        bad("ended", good().claim("exp", now - 1)),
        bad("end too far ahead", good().claim("exp", now + 3600)),
        bad("end as text", good().claim("exp", Long.toString(now + 60))),
        bad("end beyond all numbers", good().claim("exp", 1e300)),
        bad("not yet", good().claim("nbf", now + 120)),
        bad("issued in the future", good().claim("iat", now + 120)),
        arguments("another's key", good().signed(ORDERS.key())),
        arguments("no signature, alg none", good().header("alg", "none").unsigned()),
        arguments("no signature, alg None", good().header("alg", "None").unsigned()),
        arguments("signature cut off", good().unsigned()),
        arguments(
            "HMAC with the public key",
            good().header("alg", "HS256").keyedWith(CHECKOUT.jwk().toECPublicKey().getEncoded())),
        arguments(
            "HMAC with the public JWK",
            good()
                .header("alg", "HS256")
                .keyedWith(
                    CHECKOUT
                        .jwk()
                        .toPublicJWK()
                        .toJSONString()
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8))),
        arguments("signature of zeros", good().unsigned() + "A".repeat(86)),
        arguments("one part", "abc"),
        arguments("five parts", "a.b.c.d.e"),
        arguments("not base64url", good().signed(CHECKOUT.key()).replace('.', '!')),
        arguments("standard base64 padding", good().signed(CHECKOUT.key()) + "="),
        arguments("an access token of its own", "@token"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badClientAssertions")
  void strangerReadsTheSameBytes_whateverIsWrong(String what, String assertion) {
    String shown = assertion.equals("@token") ? CHECKOUT.freshToken() : assertion;
    for (String path : List.of("/oauth/token", "/oauth/revoke", "/oauth/introspect")) {
      Response answer =
          Shop.form(shown)
              .formParam("grant_type", "client_credentials")
              .formParam("token", "x")
              .post(path);
      answer
          .then()
          .statusCode(401)
          .header("Cache-Control", "no-store")
          .header("WWW-Authenticate", "private_key_jwt realm=\"mayfly\"");
      assertThat(answer.asString()).isEqualTo(ONE_ANSWER);
    }
  }

  @Test
  void assertionIsGoodOnce_atEveryEndpoint() {
    String assertion = CHECKOUT.assertion();
    Shop.tokenFor(assertion).then().statusCode(200);
    assertThat(Shop.tokenFor(assertion).asString()).isEqualTo(ONE_ANSWER);
    assertThat(Shop.form(assertion).formParam("token", "x").post("/oauth/introspect").asString())
        .isEqualTo(ONE_ANSWER);
    String other = CHECKOUT.assertion();
    Shop.form(other).formParam("token", "x").post("/oauth/introspect").then().statusCode(200);
    assertThat(Shop.tokenFor(other).asString()).isEqualTo(ONE_ANSWER);
  }

  @Test
  void jtiIsGoodOnce_evenUnderAnotherEnd() {
    Proof proof = CHECKOUT.proof();
    Shop.tokenFor(proof.signed(CHECKOUT.key())).then().statusCode(200);
    long exp = Instant.now().getEpochSecond() + 90;
    assertThat(Shop.tokenFor(proof.claim("exp", exp).signed(CHECKOUT.key())).asString())
        .isEqualTo(ONE_ANSWER);
  }

  @Test
  void otherMethodsOfAuthenticationAreRefused() {
    assertThat(
            Shop.form(CHECKOUT.assertion())
                .auth()
                .preemptive()
                .basic("checkout", "secret")
                .formParam("grant_type", "client_credentials")
                .post("/oauth/token")
                .asString())
        .isEqualTo(ONE_ANSWER);
    assertThat(
            Shop.form(CHECKOUT.assertion())
                .formParam("client_secret", "secret")
                .formParam("grant_type", "client_credentials")
                .post("/oauth/token")
                .asString())
        .isEqualTo(ONE_ANSWER);
    assertThat(
            Shop.form(CHECKOUT.assertion())
                .formParam("client_id", NIGHTLY_REPORT.spiffeId())
                .formParam("grant_type", "client_credentials")
                .post("/oauth/token")
                .asString())
        .isEqualTo(ONE_ANSWER);
  }

  static Stream<Arguments> badFederatedAssertions() {
    long now = Instant.now().getEpochSecond();
    return Stream.of(
        arguments("unknown issuer", Shop.pipelineProof().claim("iss", "http://127.0.0.1:8491")),
        arguments(
            "issuer with a slash", Shop.pipelineProof().claim("iss", "http://127.0.0.1:8490/")),
        arguments(
            "another repository", Shop.pipelineProof().claim("repository", "evil/storefront")),
        arguments(
            "a look-alike repository",
            Shop.pipelineProof().claim("repository", "sh\u043ep/storefront")),
        arguments(
            "a name that would widen", Shop.pipelineProof().claim("repository_id", "1207/../1208")),
        arguments(
            "a number for a name", Shop.pipelineProof().claim("repository_id", List.of("1207"))),
        arguments("no repository", Shop.pipelineProof().without("repository")),
        arguments("other audience", Shop.pipelineProof().claim("aud", "https://other.test")),
        arguments("ended this second", Shop.pipelineProof().claim("exp", now)),
        arguments("lives too long", Shop.pipelineProof().claim("exp", now + 3600)),
        arguments("access token typ", Shop.pipelineProof().header("typ", "at+jwt")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badFederatedAssertions")
  void federatedAssertionIsRefused(String what, Proof proof) {
    Response answer = Shop.federatedToken(proof.signed(Shop.CI.key()));
    answer.then().statusCode(400).body("error", equalTo("invalid_grant"));
    assertThat(answer.asString())
        .isEqualTo(
            "{\"error\":\"invalid_grant\",\"error_description\":\"the assertion was not accepted\"}");
  }

  private static Proof good() {
    return CHECKOUT.proof();
  }

  private static Arguments bad(String what, Proof proof) {
    return arguments(what, proof.signed(CHECKOUT.key()));
  }
}
