package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.SignedJWT;
import dev.mayfly.cli.broker.JwkKeys;
import dev.mayfly.key.Alg;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code mayfly token --dpop}: the key it keeps and the proofs it sends. */
class BoundTokenCommandTest extends AtAFakeBroker {

  private static final String NONCE = "of-this-minute";

  private Path dpopKey;

  @BeforeEach
  void askForANonce() throws Exception {
    withKey();
    dpopKey = folder.resolve("state/mayfly/dpop.jwk");
    String token = broker.token(7);
    broker.page("/oauth/token", asked -> answer(asked, token));
  }

  /** As a broker that wants its nonce. */
  private static FakeBroker.Said answer(FakeBroker.Asked asked, String token) throws Exception {
    Object nonce = proof(asked).getJWTClaimsSet().getClaim("nonce");
    return NONCE.equals(nonce)
        ? FakeBroker.Said.json(200, Map.of("access_token", token, "token_type", "DPoP"))
        : new FakeBroker.Said(400, Map.of("DPoP-Nonce", NONCE), "{\"error\":\"use_dpop_nonce\"}");
  }

  private static SignedJWT proof(FakeBroker.Asked asked) throws ParseException {
    return SignedJWT.parse(asked.header("Dpop"));
  }

  /** RFC 9449 4.2, 8. */
  @Test
  void proofIsSent_andOnceMoreWithTheNonceThatIsAskedFor() throws Exception {
    assertThat(mayfly.run("token", "--dpop")).isZero();
    assertThat(mayfly.out().lines()).hasSize(1);
    assertThat(mayfly.err()).contains("bound to", dpopKey.toString());

    List<FakeBroker.Asked> asked = broker.askedAt("/oauth/token");
    assertThat(asked).hasSize(2);
    SignedJWT first = proof(asked.getFirst());
    SignedJWT second = proof(asked.getLast());
    assertThat(second.getHeader().getType().getType()).isEqualTo("dpop+jwt");
    assertThat(second.getJWTClaimsSet().getClaims())
        .containsEntry("htm", "POST")
        .containsEntry("htu", broker.url() + "/oauth/token")
        .containsEntry("nonce", NONCE)
        .containsKeys("iat", "jti")
        .doesNotContainKey("ath");
    assertThat(second.getJWTClaimsSet().getJWTID())
        .isNotEqualTo(first.getJWTClaimsSet().getJWTID());
    JWK sent = second.getHeader().getJWK();
    assertThat(sent.isPrivate()).isFalse();
    assertThat(sent).isEqualTo(key().toPublicJWK());
    assertThat(
            JwkKeys.verify(
                Alg.ES256, sent, second.getSigningInput(), second.getSignature().decode()))
        .isTrue();
  }

  @Test
  void noProofIsSent_whenNoneWasAskedFor() {
    broker.page("/oauth/token", asked -> FakeBroker.Said.json(200, Map.of("access_token", "x")));
    assertThat(mayfly.run("token")).isZero();
    assertThat(broker.askedAt("/oauth/token").getLast().header("Dpop")).isEmpty();
    assertThat(dpopKey).doesNotExist();
  }

  @Test
  void keyIsMadeOnce_forItsOwnerAlone() throws Exception {
    mayfly.run("token", "--dpop");
    ECKey made = key();
    assertThat(permissions(dpopKey)).isEqualTo("rw-------");
    assertThat(permissions(dpopKey.getParent())).isEqualTo("rwx------");
    assertThat(dpopKey.getParent()).isDirectoryNotContaining("glob:**.new");
    mayfly.run("token", "--dpop");
    assertThat(key()).isEqualTo(made);
    assertThat(mayfly.out() + mayfly.err()).doesNotContain(made.getD().toString());
  }

  @Test
  void oneKeyIsMade_whenManyCommandsNeedItAtOnce() throws Exception {
    List<Callable<Integer>> commands = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      CommandRun other = new CommandRun(folder.resolve("cache"));
      other.environment.putAll(mayfly.environment);
      commands.add(() -> other.run("token", "--dpop"));
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var exit : threads.invokeAll(commands)) {
        assertThat(exit.get()).isZero();
      }
    }
    ECKey key = key();
    for (FakeBroker.Asked asked : broker.askedAt("/oauth/token")) {
      assertThat(proof(asked).getHeader().getJWK()).isEqualTo(key.toPublicJWK());
    }
  }

  @Test
  void keyThatOthersMayReadIsRefused() throws IOException {
    mayfly.run("token", "--dpop");
    int before = broker.askedAt("/oauth/token").size();
    for (String open : List.of("rw-r-----", "rw----r--", "rw--w----")) {
      Files.setPosixFilePermissions(dpopKey, PosixFilePermissions.fromString(open));
      assertThat(mayfly.run("token", "--dpop")).isEqualTo(2);
      assertThat(mayfly.err()).contains("others may read or change it");
    }
    assertThat(broker.askedAt("/oauth/token")).hasSize(before);
  }

  @Test
  void fileThatHoldsNoKeyIsRefused() throws IOException {
    mayfly.run("token", "--dpop");
    for (String text : List.of("", "{}", "{\"kty\":\"oct\",\"k\":\"AAAA\"}")) {
      Files.writeString(dpopKey, text);
      assertThat(mayfly.run("token", "--dpop")).isEqualTo(2);
      assertThat(mayfly.err()).contains("no private P-256 JWK");
    }
  }

  /** A broker that is never content is asked twice, not for ever. */
  @Test
  void commandEnds_whenTheNonceIsNeverRight() {
    broker.page(
        "/oauth/token",
        asked ->
            new FakeBroker.Said(400, Map.of("DPoP-Nonce", "x"), "{\"error\":\"use_dpop_nonce\"}"));
    assertThat(mayfly.run("token", "--dpop")).isEqualTo(3);
    assertThat(broker.askedAt("/oauth/token")).hasSize(2);
  }

  private ECKey key() throws IOException, ParseException {
    return ECKey.parse(Files.readString(dpopKey));
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
