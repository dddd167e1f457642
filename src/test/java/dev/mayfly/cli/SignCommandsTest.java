package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is printed for curl is what the commands themselves send. */
class SignCommandsTest {

  private static final String CLIENT = "spiffe://shop.test/checkout";

  @TempDir Path folder;
  private CommandRun mayfly;
  private FakeBroker broker;

  @BeforeEach
  void start() throws Exception {
    mayfly = new CommandRun(folder.resolve("cache"));
    broker = new FakeBroker(mayfly.clock);
    mayfly.environment.put("MAYFLY_BROKER", broker.url());
    mayfly.environment.put("XDG_STATE_HOME", folder.resolve("state").toString());
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  /** RFC 7523 3. */
  @Test
  void assertionNamesItsIssuerAlone_andEndsWithinAMinute() throws Exception {
    ECKey key = new ECKeyGenerator(Curve.P_256).keyID("checkout-1").generate();
    Map<String, Object> jwk = new LinkedHashMap<>(key.toJSONObject());
    jwk.put("client_id", CLIENT);
    Path file = folder.resolve("key.json");
    Files.writeString(file, JSONObjectUtils.toJSONString(jwk));
    assertThat(mayfly.run("assertion", "-k", file.toString())).as(mayfly.err()).isZero();
    SignedJWT assertion = SignedJWT.parse(mayfly.out().strip());
    assertThat(assertion.verify(new ECDSAVerifier(key.toPublicJWK()))).isTrue();
    JWTClaimsSet claims = assertion.getJWTClaimsSet();
    assertThat(claims.getSubject()).isEqualTo(CLIENT).isEqualTo(claims.getIssuer());
    assertThat(claims.getAudience()).isEqualTo(List.of(broker.url()));
    assertThat(claims.getExpirationTime().toInstant())
        .isBeforeOrEqualTo(CommandRun.START.plusSeconds(60));
  }

  /** RFC 9449 4.2. */
  @Test
  void proofIsForOneRequest_andForTheTokenThatIsPipedIn() throws Exception {
    mayfly.in = "the.to.ken\n";
    String url = broker.url() + "/v1/me";
    assertThat(mayfly.run("proof", "get", url + "?a=b", "--nonce", "n-1", "--ath")).isZero();
    SignedJWT proof = SignedJWT.parse(mayfly.out().strip());
    ECKey key = proof.getHeader().getJWK().toECKey();
    assertThat(key.isPrivate()).isFalse();
    assertThat(proof.verify(new ECDSAVerifier(key))).isTrue();
    byte[] hash =
        MessageDigest.getInstance("SHA-256")
            .digest("the.to.ken".getBytes(StandardCharsets.US_ASCII));
    assertThat(proof.getJWTClaimsSet().getClaims())
        .containsEntry("htm", "GET")
        .containsEntry("htu", url)
        .containsEntry("nonce", "n-1")
        .containsEntry("ath", Base64URL.encode(hash).toString());
  }

  @Test
  void proofIsRefused_whereNoAddressIs() {
    assertThat(mayfly.run("proof", "POST", "/oauth/token")).isEqualTo(2);
    assertThat(mayfly.err()).contains("the whole URL");
  }
}
