package dev.mayfly.cli;

import static dev.mayfly.cli.FakeBroker.ORDERS;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import dev.mayfly.key.Alg;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.interfaces.EdECPrivateKey;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A relying service's judgement of tokens, against a broker that lies where the test says so. */
class VerifyCommandTest {

  @TempDir Path cache;
  private CommandRun mayfly;
  private FakeBroker broker;

  @BeforeEach
  void start() throws Exception {
    mayfly = new CommandRun(cache);
    broker = new FakeBroker(mayfly.clock);
    mayfly.environment.put("MAYFLY_BROKER", broker.url());
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  private int verify(String token, String... more) {
    mayfly.in = token + "\n";
    String[] arguments =
        Stream.concat(Stream.of("verify", "-", "--audience", ORDERS), Stream.of(more))
            .toArray(String[]::new);
    return mayfly.run(arguments);
  }

  @Test
  void tokenIsValid_whenEverythingIsAsTheBrokerMadeIt() throws Exception {
    assertThat(verify(broker.token(7))).isZero();
    assertThat(mayfly.out())
        .startsWith("valid  expires in 5m\n")
        .contains("spiffe://shop.test/checkout")
        .contains("entry 7 of " + broker.listUri());
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

  @Test
  void commandFailsClosed_whenTheListIsStaleAndTheBrokerAway() throws Exception {
    String token = broker.token(7);
    verify(token);
    broker.close();
    mayfly.clock.move(Duration.ofSeconds(5));
    assertThat(verify(token)).isEqualTo(5);
    assertThat(mayfly.err()).contains("cannot reach " + broker.url());
  }

  @Test
  void revocationIsSeen_onceTheListsTtlIsOver() throws Exception {
    String token = broker.token(7);
    verify(token);
    broker.revoke(7);
    mayfly.clock.move(Duration.ofMillis(4999));
    assertThat(verify(token)).isZero();
    mayfly.clock.move(Duration.ofMillis(1));
    assertThat(verify(token)).isEqualTo(3);
    assertThat(mayfly.out()).startsWith("refused  it was revoked");
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

  record Lie(String code, Forger forger) {
    @Override
    public String toString() {
      return code;
    }
  }

  interface Forger {
    String token(FakeBroker broker) throws Exception;
  }

  static Stream<Lie> lies() {
    return Stream.of(
        new Lie("wrong-typ", b -> b.signed("JWT", b.claims(7))),
        new Lie("wrong-typ", b -> b.signed("statuslist+jwt", b.claims(7))),
        new Lie("bad-signature", b -> changed(b.token(7))),
        new Lie("malformed", b -> "no.token"),
        new Lie("malformed", VerifyCommandTest::unsigned),
        new Lie("wrong-alg", VerifyCommandTest::hmacWithThePublicKey),
        new Lie(
            "unknown-key", b -> FakeBroker.signed(stranger(), Alg.ES256, "at+jwt", b.claims(7))),
        new Lie(
            "bad-signature", b -> FakeBroker.signed(impostor(b), Alg.ES256, "at+jwt", b.claims(7))),
        new Lie("wrong-issuer", b -> with(b, "iss", "https://evil.test")),
        new Lie("wrong-issuer", b -> with(b, "iss", b.url() + "/")),
        new Lie("wrong-audience", b -> with(b, "aud", List.of("https://other.test"))),
        new Lie("wrong-audience", b -> with(b, "aud", ORDERS + "/")),
        new Lie("no-end", b -> without(b, "exp")),
        new Lie("not-yet", b -> with(b, "nbf", CommandRun.START.getEpochSecond() + 1)),
        new Lie("incomplete", b -> without(b, "jti")),
        new Lie("incomplete", b -> without(b, "client_id")),
        new Lie("no-status", b -> without(b, "status")),
        new Lie("no-status", b -> b.token(FakeBroker.ENTRIES)),
        new Lie("no-status", b -> b.token(-1)),
        new Lie("no-status", b -> with(b, "status", entryAt("file:///etc/passwd"))),
        new Lie("list-gone", b -> with(b, "status", entryAt(b.url() + "/status-lists/2"))));
  }

  @ParameterizedTest
  @MethodSource("lies")
  void tokenIsRefused_whenItLies(Lie lie) throws Exception {
    assertThat(verify(lie.forger().token(broker))).as(mayfly.err()).isEqualTo(3);
    assertThat(mayfly.out()).startsWith("refused").contains("(" + lie.code() + ")");
  }

  record BadList(String code, Map<String, Object> changes) {
    @Override
    public String toString() {
      return code + " " + changes.keySet();
    }
  }

  static Stream<BadList> badLists() {
    long now = CommandRun.START.getEpochSecond();
    byte[] huge = new byte[(1 << 20) + 1];
    return Stream.of(
        new BadList("list-of-another", Map.of("sub", "http://127.0.0.1/status-lists/1")),
        new BadList("list-expired", Map.of("exp", now)),
        new BadList("list-without-end", Map.of("exp", "soon")),
        new BadList("list-without-end", Map.of("ttl", "long")),
        new BadList("list-malformed", Map.of("status_list", Map.of("bits", 3, "lst", ""))),
        new BadList("list-malformed", Map.of("status_list", Map.of("bits", 1, "lst", "AAAA"))),
        new BadList(
            "list-malformed",
            Map.of("status_list", Map.of("bits", 1, "lst", FakeBroker.packed(huge)))));
  }

  @ParameterizedTest
  @MethodSource("badLists")
  void tokenIsRefused_whenItsListIsNotToBeBelieved(BadList bad) throws Exception {
    Map<String, Object> claims = broker.listClaims();
    claims.putAll(bad.changes());
    broker.page("/status-lists/1", asked -> broker.list(claims));
    assertThat(verify(broker.token(7))).isEqualTo(3);
    assertThat(mayfly.out()).contains("(" + bad.code() + ")");
  }

  /** Rule 12, for lists: an access token in a list's place is none. */
  @Test
  void tokenIsRefused_whenItsListHasAnotherTyp() throws Exception {
    broker.page(
        "/status-lists/1",
        asked -> new FakeBroker.Said(200, Map.of(), broker.signed("at+jwt", broker.listClaims())));
    assertThat(verify(broker.token(7))).isEqualTo(3);
    assertThat(mayfly.out()).contains("(list-wrong-typ)");
  }

  /** Rules 6 and 7: a replayed older list must not bring a revoked token back. */
  @Test
  void tokenStaysRefused_whenAnOlderListIsServedAgain() throws Exception {
    String token = broker.token(7);
    FakeBroker.Said old = broker.list();
    mayfly.clock.move(Duration.ofSeconds(1));
    broker.revoke(7);
    assertThat(verify(token)).isEqualTo(3);
    mayfly.clock.move(Duration.ofSeconds(6));
    broker.page("/status-lists/1", asked -> old);
    assertThat(verify(token)).isEqualTo(3);
    assertThat(mayfly.out()).contains("(list-went-back)");
  }

  @Test
  void wideStates_areReadLeastSignificantBitsFirst() throws Exception {
    // Entries 0..3 of two bits: 0 VALID, 1 INVALID, 2 SUSPENDED, 3 of an application's own.
    byte[] states = {(byte) 0b11_10_01_00};
    Map<String, Object> claims = broker.listClaims();
    claims.put("status_list", Map.of("bits", 2, "lst", FakeBroker.packed(states)));
    broker.page("/status-lists/1", asked -> broker.list(claims));
    assertThat(verify(broker.token(0))).isZero();
    assertThat(verify(broker.token(1))).isEqualTo(3);
    assertThat(mayfly.out()).contains("(revoked)");
    assertThat(verify(broker.token(2))).isEqualTo(3);
    assertThat(mayfly.out()).contains("(suspended)");
    assertThat(verify(broker.token(3))).isEqualTo(3);
    assertThat(mayfly.out()).contains("(unknown-status)");
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

  @Test
  void tokenIsRefused_whenItLacksAScope() throws Exception {
    assertThat(verify(broker.token(7), "--scope", "orders:read")).isZero();
    assertThat(verify(broker.token(7), "--scope", "orders")).isEqualTo(3);
    assertThat(mayfly.out()).contains("(missing-scope)");
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
    try (Stream<Path> files = Files.list(cache.resolve("mayfly"))) {
      assertThat(files)
          .hasSize(3)
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .isEqualTo("rw-------"));
    }
  }

  /** One bit of the signature turned. */
  static String changed(String token) {
    int dot = token.lastIndexOf('.');
    byte[] proof = new Base64URL(token.substring(dot + 1)).decode();
    proof[5] ^= 1;
    return token.substring(0, dot + 1) + Base64URL.encode(proof);
  }

  private static String unsigned(FakeBroker broker) {
    return FakeBroker.encoded(Map.of("alg", "none", "typ", "at+jwt", "kid", broker.key.getKeyID()))
        + "."
        + FakeBroker.encoded(broker.claims(7))
        + ".";
  }

  /** RFC 8725 2.1: the public key as an HMAC secret. */
  private static String hmacWithThePublicKey(FakeBroker broker) throws Exception {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("alg", "HS256");
    header.put("typ", "at+jwt");
    header.put("kid", broker.key.getKeyID());
    String input = FakeBroker.encoded(header) + "." + FakeBroker.encoded(broker.claims(7));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(broker.key.toECPublicKey().getEncoded(), "HmacSHA256"));
    return input + "." + Base64URL.encode(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
  }

  private static ECKey stranger() throws Exception {
    return new ECKeyGenerator(Curve.P_256).keyIDFromThumbprint(true).generate();
  }

  private static ECKey impostor(FakeBroker broker) throws Exception {
    return new ECKeyGenerator(Curve.P_256).keyID(broker.key.getKeyID()).generate();
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

  private static Map<String, Object> entryAt(String uri) {
    return Map.of("status_list", Map.of("idx", 7, "uri", uri));
  }

  private static String with(FakeBroker broker, String name, Object value) throws Exception {
    Map<String, Object> claims = broker.claims(7);
    claims.put(name, value);
    return broker.signed("at+jwt", claims);
  }

  private static String without(FakeBroker broker, String name) throws Exception {
    Map<String, Object> claims = broker.claims(7);
    claims.remove(name);
    return broker.signed("at+jwt", claims);
  }
}
