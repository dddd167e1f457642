package dev.mayfly.identity;

import static dev.mayfly.identity.TestPolicy.ISSUER;
import static dev.mayfly.identity.TestPolicy.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.TestJwt.Signer;
import dev.mayfly.key.DevelopmentKeys;
import dev.mayfly.store.TestDatabase;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** DPoP proofs: the standard's own, those of every algorithm, and every way to be none. */
class DpopProofsTest {

  private static final String TOKEN = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
  private static final String ATH = "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo";
  private static final Signer KEY = TestJwt.es256("k1");
  private static final DpopProofs.Request MINT =
      new DpopProofs.Request("POST", "/oauth/token", Optional.empty());
  private static final DpopProofs.Request USE =
      new DpopProofs.Request("GET", "/v1/info", Optional.of(TOKEN));

  /** RFC 9449 figures 2, 9, 12 and 13. */
  private static final String RFC_HEADER =
      "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNo"
          + "UklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5"
          + "VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19";

  private static final String RFC_JKT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
  private static final Instant RFC_TIME = Instant.ofEpochSecond(1_562_262_620L);

  private static TestDatabase test;

  @BeforeAll
  static void makePartitions() {
    test = TestDatabase.fresh();
    test.useTestClock();
    test.setClock(NOW);
    test.execute(
        "SELECT mayfly_make_partitions('used_assertions', interval '1 hour', interval '1 day')");
  }

  @AfterAll
  static void close() {
    test.close();
  }

  private static DpopProofs proofs(String issuer, Instant now, boolean nonces) {
    IdentityLimits limits = limits(nonces);
    InstantSource clock = InstantSource.fixed(now);
    return new DpopProofs(
        TestPolicy.mayfly(issuer),
        limits,
        new DpopNonces(limits, DevelopmentKeys.derived(), clock),
        new UsedAssertions(test.database()),
        clock);
  }

  private static IdentityLimits limits(boolean nonces) {
    IdentityLimits usual = IdentityLimits.defaults();
    return new IdentityLimits(
        usual.assertionMaxLength(),
        usual.clientAssertionLifetime(),
        usual.clockSkew(),
        new IdentityLimits.Dpop(usual.dpop().proofAge(), usual.dpop().proofAhead(), nonces),
        usual.keys(),
        usual.reviewWarning(),
        usual.rememberedIds());
  }

  private static Outcome<DpopProof> check(String proof) {
    return check(proof, MINT);
  }

  private static Outcome<DpopProof> check(String proof, DpopProofs.Request request) {
    return proofs(ISSUER, NOW, false).check(List.of(proof), request);
  }

  private static TestJwt good() {
    return by(KEY)
        .claim("jti", "-BwC3ESc6acc2lTc")
        .claim("htm", "POST")
        .claim("htu", ISSUER + "/oauth/token")
        .claim("iat", NOW.getEpochSecond());
  }

  private static TestJwt by(Signer signer) {
    return new TestJwt().header("typ", "dpop+jwt").header("jwk", publicMembers(signer));
  }

  private static Map<String, Object> publicMembers(Signer signer) {
    Map<String, Object> members = new HashMap<>(signer.jwk().toPublicJWK().toJSONObject());
    members.remove("kid");
    return members;
  }

  private static void assertRefused(Outcome<DpopProof> outcome, String code, String why) {
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused ->
                assertThat(refused.refusal())
                    .isInstanceOfSatisfying(
                        Refusal.BadDpop.class,
                        bad -> {
                          assertThat(bad.code()).isEqualTo(code);
                          assertThat(bad.why()).contains(why);
                        }));
  }

  @Test
  void proofOfTheStandardIsGood_atTheTokenEndpoint() {
    String proof =
        RFC_HEADER
            + ".eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4"
            + "YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMU"
            + "vwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
    Outcome<DpopProof> outcome =
        proofs("https://server.example.com", RFC_TIME, false)
            .check(List.of(proof), new DpopProofs.Request("POST", "/token", Optional.empty()));
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.Ok.class, ok -> assertThat(((DpopProof) ok.value()).jkt()).isEqualTo(RFC_JKT));
  }

  @Test
  void proofOfTheStandardIsGood_atAResource() {
    String proof =
        RFC_HEADER
            + ".eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5l"
            + "eGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0Ra"
            + "NTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plem"
            + "AgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
    DpopProofs proofs = proofs("https://resource.example.org", RFC_TIME, false);
    assertThat(proofs.check(List.of(proof), resource(TOKEN))).isInstanceOf(Outcome.Ok.class);
    assertRefused(proofs.check(List.of(proof), resource(TOKEN + "x")), "invalid-dpop-proof", "ath");
  }

  private static DpopProofs.Request resource(String token) {
    return new DpopProofs.Request("GET", "/protectedresource", Optional.of(token));
  }

  static Stream<Signer> signers() {
    return Stream.of(
        KEY,
        TestJwt.ed25519("k2", "Ed25519"),
        TestJwt.ed25519("k3", "EdDSA"),
        TestJwt.rsa("k4", "RS256", 2048),
        TestJwt.rsa("k5", "PS256", 4096));
  }

  @ParameterizedTest
  @MethodSource("signers")
  void everyAnnouncedAlgorithmIsTaken(Signer signer) throws Exception {
    String proof =
        good().header("jwk", publicMembers(signer)).header("alg", signer.alg()).signedBy(signer);
    assertThat(check(proof))
        .isEqualTo(
            Outcome.ok(
                new DpopProof(
                    signer.jwk().computeThumbprint().toString(),
                    Uuids.hash(
                        "dpop", signer.jwk().computeThumbprint().toString(), "-BwC3ESc6acc2lTc"),
                    NOW.plusSeconds(60))));
  }

  static Stream<Arguments> noProofs() throws Exception {
    Signer other = TestJwt.es256("other");
    Map<String, Object> secret =
        new ECKey.Builder(KEY.jwk().toECKey())
            .privateKey((ECPrivateKey) KEY.pair().getPrivate())
            .build()
            .toJSONObject();
    OctetSequenceKey symmetric = new OctetSequenceKeyGenerator(256).generate();
    Map<String, Object> emptySecret = publicMembers(KEY);
    emptySecret.put("d", "");
    Map<String, Object> encrypts = publicMembers(KEY);
    encrypts.put("use", "enc");
    Map<String, Object> offCurve = publicMembers(KEY);
    offCurve.put("y", offCurve.get("x"));
    long now = NOW.getEpochSecond();
    return Stream.of(
        none("typ", "rule 12: no typ", p -> p.without("typ")),
        none("typ", "rule 12: typ of an assertion", p -> p.header("typ", "JWT")),
        none("typ", "rule 12: typ in capitals", p -> p.header("typ", "DPOP+JWT")),
        none("typ", "rule 12: typ as a media type", p -> p.header("typ", "application/dpop+jwt")),
        none("typ", "rule 12: typ of an access token", p -> p.header("typ", "at+jwt")),
        none("typ", "rule 12: typ is a number", p -> p.header("typ", 1)),
        none("alg", "no signature", p -> p.header("alg", "none")),
        none("alg", "HMAC", p -> p.header("alg", "HS256")),
        none("alg is not one for proofs", "ES384", p -> p.header("alg", "ES384")),
        none("with this alg", "RS256 with an EC key", p -> p.header("alg", "RS256")),
        none("jwk is not there", "no jwk", p -> p.without("jwk")),
        none("jwk is not there", "jwk is text", p -> p.header("jwk", "x")),
        none("not a public key", "private jwk", p -> p.header("jwk", secret)),
        none("not a public key", "an empty private member", p -> p.header("jwk", emptySecret)),
        none("not a public key", "symmetric jwk", p -> p.header("jwk", symmetric.toJSONObject())),
        none("jwk is not a key", "empty members", p -> p.header("jwk", Map.of("kty", "EC"))),
        none("jwk is not a key", "point off the curve", p -> p.header("jwk", offCurve)),
        none("with this alg", "key for encryption", p -> p.header("jwk", encrypts)),
        none("does not verify", "another's key", p -> p.header("jwk", publicMembers(other))),
        none("extension", "critical header", p -> p.header("crit", List.of("x")).header("x", 1)),
        none("htm", "no htm", p -> p.without("htm")),
        none("htm", "htm in small letters", p -> p.claim("htm", "post")),
        none("htm", "another htm", p -> p.claim("htm", "GET")),
        none("htu", "no htu", p -> p.without("htu")),
        none("htu", "another path", p -> p.claim("htu", ISSUER + "/oauth/revoke")),
        none("htu", "another case of the path", p -> p.claim("htu", ISSUER + "/OAUTH/token")),
        none("htu", "slash at the end", p -> p.claim("htu", ISSUER + "/oauth/token/")),
        none("htu", "another host", p -> p.claim("htu", "https://evil.example/oauth/token")),
        none("htu", "another port", p -> p.claim("htu", ISSUER + ":8443/oauth/token")),
        none("htu", "plain http", p -> p.claim("htu", "http://broker.example/oauth/token")),
        none("htu", "a user", p -> p.claim("htu", "https://u@broker.example/oauth/token")),
        none("htu", "the path alone", p -> p.claim("htu", "/oauth/token")),
        none("htu", "no address at all", p -> p.claim("htu", "::::")),
        none("jti", "no jti", p -> p.without("jti")),
        none("jti", "empty jti", p -> p.claim("jti", "")),
        none("jti", "long jti", p -> p.claim("jti", "j".repeat(129))),
        none("jti", "jti is a number", p -> p.claim("jti", 7)),
        none("iat", "no iat", p -> p.without("iat")),
        none("iat", "iat as text", p -> p.claim("iat", Long.toString(now))),
        none("too old", "a minute old", p -> p.claim("iat", now - 60)),
        none("in the future", "made too far ahead", p -> p.claim("iat", now + 6)));
  }

  private static Arguments none(String why, String what, Consumer<TestJwt> change) {
    return arguments(what, why, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("noProofs")
  void whatIsNoProofIsRefused(String what, String why, Consumer<TestJwt> change) {
    assertRefused(check(good().with(change).signedBy(KEY)), "invalid-dpop-proof", why);
  }

  @Test
  void weakRsaKeyIsRefused() {
    Signer weak = TestJwt.rsa("weak", "RS256", 1024);
    assertRefused(
        check(good().header("jwk", publicMembers(weak)).signedBy(weak)),
        "invalid-dpop-proof",
        "jwk is not a key");
  }

  @Test
  void curveThatIsNoneOfOursIsRefused() {
    Signer p384 = TestJwt.ec("k", "ES384", "secp384r1", Curve.P_384);
    assertRefused(
        check(good().header("jwk", publicMembers(p384)).signedBy(p384.as("ES384"))),
        "invalid-dpop-proof",
        "alg is not one for proofs");
  }

  @Test
  void textThatIsNoCompactJwsIsRefused() {
    String proof = good().signedBy(KEY);
    for (String text :
        List.of("", "abc", "a.b", "a.b.c.d", proof + "=", proof + ", " + proof, " " + proof)) {
      assertRefused(check(text), "invalid-dpop-proof", "");
    }
    assertRefused(
        check(good().claim("more", "x".repeat(4_096)).signedBy(KEY)),
        "invalid-dpop-proof",
        "longer than");
  }

  @Test
  void exactlyOneHeaderIsWanted() {
    DpopProofs proofs = proofs(ISSUER, NOW, false);
    String proof = good().signedBy(KEY);
    assertRefused(proofs.check(List.of(), MINT), "invalid-dpop-proof", "0 DPoP headers");
    assertRefused(
        proofs.check(List.of(proof, proof), MINT), "invalid-dpop-proof", "2 DPoP headers");
  }

  /** RFC 9449 4.3: by RFC 3986 6.2.2 and 6.2.3, query and fragment aside. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTPS://broker.example/oauth/token",
        "https://BROKER.Example/oauth/token",
        "https://broker.example:443/oauth/token",
        "https://broker.example/oauth/%74oken",
        "https://broker.example/oauth/./x/../token",
        "https://broker.example/oauth/token?a=b",
        "https://broker.example/oauth/token#here"
      })
  void otherSpellingOfTheAddressIsTheSame(String htu) {
    assertThat(check(good().claim("htu", htu).signedBy(KEY))).isInstanceOf(Outcome.Ok.class);
  }

  /** Boundaries: too old in the second of its 60th; 5 seconds ahead is near enough. */
  @Test
  void timeHasItsBoundaries() {
    long now = NOW.getEpochSecond();
    assertThat(check(good().claim("iat", now - 59).signedBy(KEY))).isInstanceOf(Outcome.Ok.class);
    assertThat(check(good().claim("iat", now + 5).signedBy(KEY))).isInstanceOf(Outcome.Ok.class);
  }

  @Test
  void proofForAResourceNamesTheToken() {
    TestJwt proof = good().claim("htm", "GET").claim("htu", ISSUER + "/v1/info");
    assertRefused(check(proof.signedBy(KEY), USE), "invalid-dpop-proof", "ath");
    assertThat(check(proof.claim("ath", ATH).signedBy(KEY), USE)).isInstanceOf(Outcome.Ok.class);
    assertRefused(
        check(proof.claim("ath", ATH + "=").signedBy(KEY), USE), "invalid-dpop-proof", "ath");
  }

  @Test
  void nonceIsAskedFor_beforeAnythingIsUsed() {
    DpopProofs proofs = proofs(ISSUER, NOW, true);
    for (String nonce : List.of("", "x", ATH)) {
      String proof = good().claim("nonce", nonce).signedBy(KEY);
      assertRefused(proofs.check(List.of(proof), MINT), "use-dpop-nonce", "nonce");
    }
    assertRefused(proofs.check(List.of(good().signedBy(KEY)), MINT), "use-dpop-nonce", "nonce");
  }

  @Test
  void nonceIsGoodInItsSlotAndTheNext_onEveryNode() {
    Instant start = Instant.ofEpochSecond(NOW.getEpochSecond() / 120 * 120);
    String nonce = nonces(start).fresh().orElseThrow();
    assertThat(nonces(start.plusSeconds(119)).fresh()).contains(nonce);
    assertThat(nonces(start.plusSeconds(120)).fresh()).isNotEqualTo(Optional.of(nonce));
    assertThat(nonces(start.plusSeconds(239)).accepts(Optional.of(nonce))).isTrue();
    assertThat(nonces(start.plusSeconds(240)).accepts(Optional.of(nonce))).isFalse();
    assertThat(nonces(start.minusSeconds(1)).accepts(Optional.of(nonce))).isFalse();
  }

  private static DpopNonces nonces(Instant now) {
    return new DpopNonces(limits(true), DevelopmentKeys.derived(), InstantSource.fixed(now));
  }

  @Test
  void noNonceIsHandedOut_whenNoneIsAskedFor() {
    DpopNonces off = new DpopNonces(limits(false), DevelopmentKeys.derived(), () -> NOW);
    assertThat(off.fresh()).isEmpty();
    assertThat(off.accepts(Optional.of("whatever"))).isTrue();
  }

  /** Two nodes, the same proof at the same moment: one of them takes it. */
  @Test
  void proofIsGoodOnce_whateverNodeSeesIt() {
    String proof = good().claim("jti", "seen-by-both").signedBy(KEY);
    List<Uni<Outcome<String>>> all = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      DpopProofs node = proofs(ISSUER, NOW, false);
      all.add(
          switch (node.check(List.of(proof), MINT)) {
            case Outcome.Ok<DpopProof>(DpopProof good) -> node.useUp(good);
            case Outcome.Refused<DpopProof>(Refusal refusal) ->
                throw new AssertionError(refusal.why());
          });
    }
    List<Outcome<String>> outcomes =
        Uni.join().all(all).andFailFast().await().atMost(Duration.ofSeconds(20));
    assertThat(outcomes.stream().filter(Outcome.Ok.class::isInstance)).hasSize(1);
  }
}
