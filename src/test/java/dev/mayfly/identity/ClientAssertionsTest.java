package dev.mayfly.identity;

import static dev.mayfly.identity.TestPolicy.ISSUER;
import static dev.mayfly.identity.TestPolicy.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.util.Base64URL;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.TestJwt.Signer;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.store.Uuids;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** private_key_jwt: what proves a client, and every way not to. */
class ClientAssertionsTest {

  private static final String CLIENT = "spiffe://td.example/shop/checkout";
  private static final Signer KEY = TestJwt.es256("k1");
  private static final Set<String> ALL =
      Set.of("ES256", "ES384", "ES512", "RS256", "RS512", "PS256", "EdDSA", "Ed25519");
  private static final CompiledPolicy POLICY =
      new TestPolicy().client(CLIENT, Set.of("ES256"), KEY.jwk()).compiled();

  private final ClientAssertions assertions = at(NOW);

  private static ClientAssertions at(Instant now) {
    return new ClientAssertions(
        TestPolicy.mayfly(), IdentityLimits.defaults(), InstantSource.fixed(now));
  }

  private static TestJwt good() {
    return new TestJwt()
        .header("kid", "k1")
        .claim("iss", CLIENT)
        .claim("sub", CLIENT)
        .claim("aud", ISSUER)
        .claim("jti", "j-1")
        .claim("iat", NOW.getEpochSecond())
        .claim("exp", NOW.getEpochSecond() + 60);
  }

  private Outcome<Proven> prove(String assertion) {
    return assertions.prove(assertion, Optional.empty(), POLICY);
  }

  private static Proven proven(Outcome<Proven> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Ok.class);
    return ((Outcome.Ok<Proven>) outcome).value();
  }

  /** What a stranger reads is the same for every cause; {@code why} tells the operator which. */
  private static void assertRefused(Outcome<Proven> outcome, String why) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    Refusal refusal = ((Outcome.Refused<Proven>) outcome).refusal();
    assertThat(refusal).isInstanceOf(Refusal.Unauthenticated.class);
    assertThat(refusal.code()).isEqualTo("client-assertion-refused");
    assertThat(refusal.say()).isEqualTo("the caller could not be authenticated");
    assertThat(refusal.why()).contains(why);
  }

  @Test
  void clientIsProven_whenEverythingIsAsItShouldBe() {
    Proven proven = proven(prove(good().signedBy(KEY)));
    assertThat(proven.name()).isEqualTo(CLIENT);
    assertThat(proven.entry().id()).isEqualTo("entry-1");
    assertThat(proven.attributes()).isEmpty();
    assertThat(proven.assertionKey()).contains(Uuids.hash(CLIENT, CLIENT, "j-1"));
    assertThat(proven.assertionUntil()).isEqualTo(NOW.plusSeconds(60));
    assertThat(proven.toString()).doesNotContain("j-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"JWT", "client-authentication+jwt"})
  void clientIsProven_whenTypIsOneOfTheTwo(String typ) {
    proven(prove(good().header("typ", typ).signedBy(KEY)));
  }

  @Test
  void clientIsProven_whenAudIsAnArrayOfOne() {
    proven(prove(good().claim("aud", List.of(ISSUER)).signedBy(KEY)));
  }

  @Test
  void clientIsProven_whenClientIdParameterIsTheSame() {
    proven(assertions.prove(good().signedBy(KEY), Optional.of(CLIENT), POLICY));
  }

  @Test
  void clientIsRefused_whenClientIdParameterIsAnother() {
    Outcome<Proven> outcome =
        assertions.prove(
            good().signedBy(KEY), Optional.of("spiffe://td.example/shop/other"), POLICY);
    assertRefused(outcome, "client_id is not");
  }

  static Stream<Arguments> wrongClaims() {
    long now = NOW.getEpochSecond();
    String other = "spiffe://td.example/shop/other";
    List<Arguments> table = new ArrayList<>();
    for (String typ :
        List.of("at+jwt", "jwt", "JOSE", "", "dpop+jwt", "application/jwt", "JWT ", "\u0237wt")) {
      table.add(wrong("rule 12: typ " + typ, jwt -> jwt.header("typ", typ), "typ is not"));
    }
    table.add(wrong("typ a number", jwt -> jwt.header("typ", 1), "typ is not"));
    for (Object aud :
        List.of(
            ISSUER + "/oauth/token",
            ISSUER + "/",
            "https://BROKER.example",
            "https://broker.example:443",
            "https://br\u043eker.example",
            "",
            List.of(),
            List.of(ISSUER, ISSUER),
            List.of(ISSUER, "https://other.example"),
            List.of(List.of(ISSUER)),
            List.of(7),
            7,
            Map.of("aud", ISSUER))) {
      table.add(wrong("aud " + aud, jwt -> jwt.claim("aud", aud), "aud is not"));
    }
    table.add(wrong("no aud", jwt -> jwt.without("aud"), "aud is not"));
    table.add(wrong("iss is another", jwt -> jwt.claim("iss", other), "iss and sub"));
    table.add(wrong("sub is another", jwt -> jwt.claim("sub", other), "iss and sub"));
    table.add(wrong("no iss", jwt -> jwt.without("iss"), "iss and sub"));
    table.add(wrong("no sub", jwt -> jwt.without("sub"), "iss and sub"));
    table.add(wrong("iss a list", jwt -> jwt.claim("iss", List.of(CLIENT)), "iss and sub"));
    for (String name :
        List.of(
            CLIENT + "/",
            CLIENT + "\u0000",
            CLIENT + "%2f",
            CLIENT + "*",
            " " + CLIENT,
            CLIENT.replace("o", "\u043e"),
            "SPIFFE://td.example/shop/checkout",
            "spiffe://td.example/shop/../shop/checkout",
            "' OR name <> '")) {
      table.add(
          wrong(
              "client " + name,
              jwt -> jwt.claim("iss", name).claim("sub", name),
              "knows no such client"));
    }
    table.add(wrong("no exp", jwt -> jwt.without("exp"), "exp is missing"));
    table.add(wrong("exp text", jwt -> jwt.claim("exp", "" + (now + 60)), "exp is not a time"));
    table.add(wrong("exp negative", jwt -> jwt.claim("exp", -1), "exp is not a time"));
    table.add(wrong("exp huge", jwt -> jwt.claim("exp", 1e300), "exp is not a time"));
    table.add(wrong("exp long", jwt -> jwt.claim("exp", Long.MAX_VALUE), "exp is not a time"));
    table.add(wrong("exp a list", jwt -> jwt.claim("exp", List.of(now)), "exp is not a time"));
    table.add(wrong("exp past", jwt -> jwt.claim("exp", now - 1), "has expired"));
    table.add(wrong("exp far", jwt -> jwt.claim("exp", now + 301), "in the future"));
    table.add(wrong("iat ahead", jwt -> jwt.claim("iat", now + 11), "iat is in the future"));
    table.add(wrong("nbf ahead", jwt -> jwt.claim("nbf", now + 11), "nbf is in the future"));
    table.add(wrong("nbf text", jwt -> jwt.claim("nbf", "now"), "nbf is not a time"));
    table.add(wrong("no jti", jwt -> jwt.without("jti"), "jti is not"));
    table.add(wrong("jti empty", jwt -> jwt.claim("jti", ""), "jti is not"));
    table.add(wrong("jti a number", jwt -> jwt.claim("jti", 5), "jti is not"));
    table.add(wrong("jti of 257", jwt -> jwt.claim("jti", "j".repeat(257)), "jti is not"));
    table.add(wrong("kid unknown", jwt -> jwt.header("kid", "k2"), "not exactly one key"));
    table.add(wrong("kid a path", jwt -> jwt.header("kid", "../k1"), "not exactly one key"));
    table.add(wrong("kid empty", jwt -> jwt.header("kid", ""), "kid is not"));
    table.add(wrong("kid long", jwt -> jwt.header("kid", "k".repeat(257)), "kid is not"));
    table.add(wrong("crit", jwt -> jwt.header("crit", List.of("exp")), "extension"));
    table.add(wrong("crit empty", jwt -> jwt.header("crit", List.of()), "extension"));
    table.add(wrong("b64 true", jwt -> jwt.header("b64", true), "extension"));
    table.add(wrong("b64 false", jwt -> jwt.header("b64", false), "extension"));
    return table.stream();
  }

  private static Arguments wrong(String name, Consumer<TestJwt> change, String why) {
    return Arguments.of(name, change, why);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongClaims")
  void clientIsRefused_whenOneThingIsWrong(String name, Consumer<TestJwt> change, String why) {
    assertRefused(prove(good().with(change).signedBy(KEY)), why);
  }

  /** Boundary seconds (rule 4: no leeway extends an end). */
  @Test
  void assertionIsDead_inTheVerySecondOfItsExp() {
    String assertion = good().signedBy(KEY);
    Instant exp = NOW.plusSeconds(60);
    proven(at(exp.minusNanos(1)).prove(assertion, Optional.empty(), POLICY));
    assertRefused(at(exp).prove(assertion, Optional.empty(), POLICY), "has expired");
    assertRefused(at(exp.plusSeconds(1)).prove(assertion, Optional.empty(), POLICY), "has expired");
  }

  @Test
  void fractionOfExpIsDropped_soThatNobodyGainsASecond() {
    String assertion = good().claim("exp", NOW.getEpochSecond() + 59.9).signedBy(KEY);
    assertThat(proven(prove(assertion)).assertionUntil()).isEqualTo(NOW.plusSeconds(59));
  }

  @Test
  void expMayLieExactlyTheLifetimeAhead() {
    proven(prove(good().claim("exp", NOW.getEpochSecond() + 300).signedBy(KEY)));
  }

  @Test
  void iatAndNbfMayLieExactlyTheSkewAhead() {
    long ahead = NOW.getEpochSecond() + 10;
    proven(prove(good().claim("iat", ahead).claim("nbf", ahead).signedBy(KEY)));
  }

  @Test
  void clientIsRefused_whenAlgIsNone() {
    for (String none : List.of("none", "None", "NONE", "")) {
      TestJwt jwt = good().header("alg", none);
      assertRefused(prove(jwt.unsigned("")), "empty");
      assertRefused(prove(jwt.unsigned("AA")), "alg is no asymmetric");
    }
  }

  /** The public key taken for an HMAC secret, in every form an attacker may have it. */
  @Test
  void clientIsRefused_whenHmacUsesThePublicKey() throws GeneralSecurityException {
    byte[] der = KEY.pair().getPublic().getEncoded();
    String pem =
        "-----BEGIN PUBLIC KEY-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
            + "\n-----END PUBLIC KEY-----\n";
    String jwk = KEY.jwk().toPublicJWK().toJSONString();
    for (String alg : List.of("HS256", "HS384", "HS512")) {
      for (byte[] secret : List.of(der, bytes(pem), bytes(pem.strip()), bytes(jwk))) {
        String input = good().header("alg", alg).unsigned("");
        input = input.substring(0, input.length() - 1);
        Mac mac = Mac.getInstance("HmacSHA" + alg.substring(2));
        mac.init(new SecretKeySpec(secret, "HMAC"));
        String forged = input + "." + Base64URL.encode(mac.doFinal(bytes(input)));
        assertRefused(prove(forged), "alg is no asymmetric");
      }
    }
  }

  @Test
  void clientIsRefused_whenItsAlgIsNotOnItsList() {
    Signer rsa = TestJwt.rsa("r1", "RS256", 2048);
    CompiledPolicy policy =
        new TestPolicy().client(CLIENT, Set.of("ES256"), KEY.jwk(), rsa.jwk()).compiled();
    String assertion = good().header("kid", "r1").signedBy(rsa);
    assertRefused(assertions.prove(assertion, Optional.empty(), policy), "may not sign with RS256");
  }

  @Test
  void clientIsProven_withEveryAlgorithmItsListNames() {
    List<Signer> signers =
        List.of(
            KEY,
            TestJwt.ec("e3", "ES384", "secp384r1", Curve.P_384),
            TestJwt.ec("e5", "ES512", "secp521r1", Curve.P_521),
            TestJwt.rsa("r1", "RS256", 2048),
            TestJwt.rsa("r2", "RS512", 3072),
            TestJwt.rsa("r3", "PS256", 2048),
            TestJwt.ed25519("d1", "EdDSA"),
            TestJwt.ed25519("d2", "Ed25519"));
    JWK[] keys = signers.stream().map(Signer::jwk).toArray(JWK[]::new);
    CompiledPolicy policy = new TestPolicy().client(CLIENT, ALL, keys).compiled();
    for (Signer signer : signers) {
      String jwt = good().header("kid", signer.jwk().getKeyID()).signedBy(signer);
      proven(assertions.prove(jwt, Optional.empty(), policy));
      String spoiled = jwt.substring(0, jwt.length() - 8) + "AAAAAAAA";
      assertRefused(
          assertions.prove(spoiled, Optional.empty(), policy), "signature of entry-1 does not");
    }
  }

  @Test
  void clientIsRefused_whenTheKeyIsOfAnotherTypeThanAlg() {
    Signer rsa = TestJwt.rsa("r1", "RS256", 2048);
    CompiledPolicy policy = new TestPolicy().client(CLIENT, ALL, KEY.jwk(), rsa.jwk()).compiled();
    assertRefused(
        assertions.prove(
            good().header("kid", "k1").header("alg", "RS256").signedBy(rsa),
            Optional.empty(),
            policy),
        "not exactly one key");
  }

  /** A policy may hold keys that were never meant to sign: they stay unused. */
  @Test
  void clientIsRefused_whenItsOnlyKeyIsWeakPrivateSymmetricOrForEncryption() {
    Signer weak = TestJwt.rsa("k1", "RS256", 1024);
    JWK forEncryption = new ECKey.Builder((ECKey) KEY.jwk()).keyUse(KeyUse.ENCRYPTION).build();
    JWK otherAlg =
        new ECKey.Builder((ECKey) KEY.jwk())
            .algorithm(com.nimbusds.jose.JWSAlgorithm.ES384)
            .build();
    JWK privateKey =
        new ECKey.Builder((ECKey) KEY.jwk()).privateKey(KEY.pair().getPrivate()).build();
    JWK secret = new OctetSequenceKey.Builder(new byte[32]).keyID("k1").build();
    for (JWK key : List.of(weak.jwk(), forEncryption, otherAlg, privateKey, secret)) {
      CompiledPolicy policy = new TestPolicy().client(CLIENT, ALL, key).compiled();
      Signer signer = key.equals(weak.jwk()) ? weak : KEY;
      assertRefused(
          assertions.prove(good().signedBy(signer), Optional.empty(), policy),
          "not exactly one key");
    }
  }

  @Test
  void keyIsFoundByAlg_whenKidIsAbsentAndOneFits() {
    proven(prove(good().without("kid").signedBy(KEY)));
    Signer second = TestJwt.es256("k2");
    CompiledPolicy two = new TestPolicy().client(CLIENT, ALL, KEY.jwk(), second.jwk()).compiled();
    String unnamed = good().without("kid").signedBy(KEY);
    assertRefused(assertions.prove(unnamed, Optional.empty(), two), "not exactly one key");
    proven(assertions.prove(good().header("kid", "k2").signedBy(second), Optional.empty(), two));
  }

  @Test
  void clientIsRefused_whenAnotherClientSignedIt() {
    Signer thief = TestJwt.es256("k1");
    assertRefused(prove(good().signedBy(thief)), "signature of entry-1 does not");
    CompiledPolicy both =
        new TestPolicy()
            .client(CLIENT, ALL, KEY.jwk())
            .client("spiffe://td.example/shop/thief", ALL, thief.jwk())
            .compiled();
    assertRefused(
        assertions.prove(good().signedBy(thief), Optional.empty(), both),
        "signature of entry-1 does not");
  }

  /** A key in the header is the signer's own word for who may believe it. */
  @Test
  void clientIsRefused_whenItBringsItsOwnKey() {
    Signer own = TestJwt.es256("k1");
    String jwt =
        good()
            .header("jwk", own.jwk().toJSONObject())
            .header("jku", "https://evil.example/jwks")
            .signedBy(own);
    assertRefused(prove(jwt), "signature of entry-1 does not");
  }

  @Test
  void newKeysCount_whenThePolicyIsReplaced() {
    Signer next = TestJwt.es256("k1");
    CompiledPolicy rotated =
        new TestPolicy().revision(2).client(CLIENT, ALL, next.jwk()).compiled();
    proven(prove(good().signedBy(KEY)));
    assertRefused(
        assertions.prove(good().signedBy(KEY), Optional.empty(), rotated), "does not verify");
    proven(assertions.prove(good().signedBy(next), Optional.empty(), rotated));
    proven(prove(good().signedBy(KEY)));
  }

  @Test
  void signatureOfZerosIsRefused() {
    String zeros = Base64URL.encode(new byte[64]).toString();
    assertRefused(prove(good().header("alg", "ES256").unsigned(zeros)), "does not verify");
  }

  @Test
  void signatureInAnotherFormIsRefused() throws GeneralSecurityException {
    String input = good().header("alg", "ES256").unsigned("");
    input = input.substring(0, input.length() - 1);
    var engine = java.security.Signature.getInstance("SHA256withECDSA");
    engine.initSign(KEY.pair().getPrivate());
    engine.update(bytes(input));
    assertRefused(prove(input + "." + Base64URL.encode(engine.sign())), "does not verify");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "...",
        "a.b",
        "a.b.c.d.e",
        "{\"payload\":\"\",\"signatures\":[]}",
        "e30.e30.e30",
        "!!!.e30.AA",
        "e30=.e30.AA",
        "e30 .e30.AA",
        "bnVsbA.e30.AA",
        "W10.e30.AA",
        "\u0435\u0435.e30.AA"
      })
  void assertionIsRefused_whenItIsNoCompactJws(String text) {
    assertRefused(prove(text), "");
  }

  @Test
  void assertionIsRefused_whenItsJsonIsAmbiguousOrExtreme() {
    String header = "{\"alg\":\"ES256\",\"kid\":\"k1\"}";
    String claims = TestJwt.json(good().claims());
    String open = claims.substring(0, claims.length() - 1);
    proven(prove(TestJwt.signed(header, claims, KEY)));
    for (String payload :
        List.of(
            open + ",\"sub\":\"" + CLIENT + "\"}",
            open + ",\"s\\u0075b\":\"" + CLIENT + "\"}",
            open + ",\"x\":{\"a\":1,\"a\":2}}",
            claims + "{}",
            claims + " x",
            open + ",}",
            open + ",\"x\":NaN}",
            open + ",\"x\":01}",
            open + ",\"x\":" + "9".repeat(30) + "}",
            open + ",\"x\":1e999}",
            open + ",\"x\":" + "[".repeat(40) + "]".repeat(40) + "}",
            open + ",\"x\":" + "{\"x\":".repeat(1000) + "1" + "}".repeat(1000) + "}",
            open + ",\"x\":'y'}",
            open + "/**/}",
            "[" + claims + "]",
            "null",
            "\"text\"")) {
      assertRefused(prove(TestJwt.signed(header, payload, KEY)), "payload is not");
    }
    for (String head :
        List.of(
            "{\"alg\":\"ES256\",\"alg\":\"none\",\"kid\":\"k1\"}",
            "{\"alg\":\"ES256\",\"kid\":\"k1\"}{}",
            "{\"alg\":\"ES256\",\"x\":" + "[".repeat(40) + "]".repeat(40) + "}")) {
      assertRefused(prove(TestJwt.signed(head, claims, KEY)), "header is not");
    }
  }

  @Test
  void assertionIsRefused_whenItIsTooLong() {
    proven(prove(good().claim("padding", "x".repeat(10_000)).signedBy(KEY)));
    assertRefused(prove(good().claim("padding", "x".repeat(16_000)).signedBy(KEY)), "longer than");
    assertRefused(prove("x".repeat(10_000_000)), "longer than");
  }

  @Test
  void invalidUtf8IsRefused() {
    String input =
        TestJwt.base64("{\"alg\":\"ES256\",\"kid\":\"k1\"}")
            + "."
            + Base64URL.encode("{\"iss\":\"\u00ff\"}".getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(prove(input + "." + Base64URL.encode(KEY.sign(input))), "payload is not");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
