package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is printed for curl is what the commands themselves send. */
class SignCommandsTest extends AtAFakeBroker {

  /** RFC 7523 3. */
  @Test
  void assertionNamesItsIssuerAlone_andEndsWithinAMinute() throws Exception {
    ECKey key = withKey();
    assertThat(mayfly.run("assertion", "-k", keyFile().toString())).as(mayfly.err()).isZero();
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
