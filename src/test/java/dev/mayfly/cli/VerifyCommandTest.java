package dev.mayfly.cli;

import static dev.mayfly.cli.FakeBroker.ORDERS;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import dev.mayfly.key.Alg;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.interfaces.EdECPrivateKey;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a relying service says to a token, and what it keeps and asks for that. */
class VerifyCommandTest extends AtARelyingService {

  @Test
  void tokenIsValid_whenEverythingIsAsTheBrokerMadeIt() throws Exception {
    assertThat(verify(broker.token(7))).isZero();
    assertThat(mayfly.out())
        .startsWith("valid  expires in 5m\n")
        .contains("spiffe://shop.test/checkout")
        .contains("entry 7 of " + broker.listUri());
  }

  /** RFC 9449 6.1, RFC 8705 3.1. */
  @Test
  void whatTheTokenIsBoundToIsSaid() throws Exception {
    assertThat(verify(with(broker, "cnf", Map.of("jkt", "thumb-of-a-key")))).isZero();
    assertThat(mayfly.out()).contains("bound to   the key thumb-of-a-key  (jkt)\n");
    assertThat(verify(with(broker, "cnf", Map.of("x5t#S256", "thumb-of-a-certificate")))).isZero();
    assertThat(mayfly.out())
        .contains("bound to   the certificate thumb-of-a-certificate  (x5t#S256)\n");
    assertThat(verify(broker.token(7))).isZero();
    assertThat(mayfly.out()).doesNotContain("bound to");
  }

  @Test
  void jsonHasAStableShape_whenAProgramReads() throws Exception {
    assertThat(verify(broker.token(7), "--json")).isZero();
    assertThat(mayfly.out())
        .startsWith("{\"valid\":true,\"expires_at\":\"2030-01-01T10:05:00Z\",\"list\":\"")
        .contains("\"index\":7", "\"claims\":{");
    broker.revoke(8);
    mayfly.clock.move(Duration.ofSeconds(6));
    assertThat(verify(broker.token(8), "--json")).isEqualTo(3);
    assertThat(mayfly.out())
        .isEqualTo("{\"valid\":false,\"code\":\"revoked\",\"reason\":\"it was revoked\"}\n");
  }

  @Test
  void nobodyIsAsked_whileKeysAndListAreFresh() throws Exception {
    verify(broker.token(7));
    int before = broker.asked.size();
    assertThat(verify(broker.token(9))).isZero();
    assertThat(broker.asked).hasSize(before);
    broker.close();
    assertThat(verify(broker.token(10))).isZero();
  }

  /** Rule 4: no leeway; RFC 7519 4.1.4: on the very second of exp it is over. */
  @Test
  void tokenIsRefused_fromTheVerySecondItExpires() throws Exception {
    String token = broker.token(7);
    mayfly.clock.move(Duration.ofMillis(299_999));
    assertThat(verify(token)).isZero();
    mayfly.clock.move(Duration.ofMillis(1));
    assertThat(verify(token)).isEqualTo(3);
    assertThat(mayfly.out()).contains("(expired)");
  }

  @Test
  void tokenIsRefused_whenItLacksAScope() throws Exception {
    assertThat(verify(broker.token(7), "--scope", "orders:read")).isZero();
    assertThat(verify(broker.token(7), "--scope", "orders")).isEqualTo(3);
    assertThat(mayfly.out()).contains("(missing-scope)");
  }

  @Test
  void rotatedKeyIsFetched_whenItsKidIsUnknown() throws Exception {
    verify(broker.token(7));
    ECKey next = stranger();
    broker.page("/.well-known/jwks.json", asked -> broker.jwks(broker.key, next));
    mayfly.clock.move(Duration.ofSeconds(10));
    assertThat(verify(FakeBroker.signed(next, Alg.ES256, "at+jwt", broker.claims(7)))).isZero();
  }

  @Test
  void unchangedKeysAreNotSentAgain_whenTheirMaxAgeIsOver() throws Exception {
    verify(broker.token(7));
    broker.page(
        "/.well-known/jwks.json",
        asked ->
            new FakeBroker.Said(
                asked.header("If-none-match").equals("\"keys\"") ? 304 : 500, Map.of(), ""));
    mayfly.clock.move(Duration.ofMinutes(5));
    assertThat(verify(broker.token(7))).as(mayfly.err()).isZero();
  }

  @Test
  void everyAlgorithmOfMayflyIsVerified() throws Exception {
    RSAKey rsa = new RSAKeyGenerator(2048).keyIDFromThumbprint(true).generate();
    OctetKeyPair ed = ed25519();
    broker.page("/.well-known/jwks.json", asked -> broker.jwks(broker.key, rsa, ed));
    assertThat(verify(FakeBroker.signed(rsa, Alg.RS256, "at+jwt", broker.claims(7)))).isZero();
    assertThat(verify(FakeBroker.signed(ed, Alg.ED25519, "at+jwt", broker.claims(7)))).isZero();
    assertThat(verify(changed(FakeBroker.signed(ed, Alg.ED25519, "at+jwt", broker.claims(7)))))
        .isEqualTo(3);
  }

  private static OctetKeyPair ed25519() throws Exception {
    var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    byte[] spki = pair.getPublic().getEncoded();
    byte[] x = java.util.Arrays.copyOfRange(spki, spki.length - 32, spki.length);
    byte[] d = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
    return new OctetKeyPair.Builder(Curve.Ed25519, Base64URL.encode(x))
        .d(Base64URL.encode(d))
        .keyIDFromThumbprint()
        .build();
  }

  @Test
  void tokenOnTheCommandLineIsRefused() throws Exception {
    String token = broker.token(7);
    assertThat(mayfly.run("verify", token, "--audience", ORDERS)).isEqualTo(2);
    assertThat(mayfly.err()).contains("can be read by every user").doesNotContain(token);
  }

  @Test
  void controlCharactersOfATokenAreNotPrinted() throws Exception {
    verify(with(broker, "aud", "\u001b[2Jhttps://other.test\u202e"));
    assertThat(mayfly.out()).contains("other.test").doesNotContain("\u001b", "\u202e");
  }

  @Test
  void cacheIsForItsOwnerOnly() throws Exception {
    verify(broker.token(7));
    try (Stream<Path> files = Files.list(folder.resolve("cache/mayfly"))) {
      assertThat(files)
          .hasSize(3)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .isEqualTo("rw-------"));
    }
  }
}
