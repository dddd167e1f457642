package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.SignedJWT;
import dev.mayfly.cli.broker.JwkKeys;
import dev.mayfly.key.Alg;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What commands ask of a broker, what they print and how they end. */
class CommandsTest extends AtAFakeBroker {

  private ECKey key;

  @BeforeEach
  void answerWithAToken() throws Exception {
    key = withKey();
    String token = broker.token(7);
    broker.page(
        "/oauth/token",
        asked ->
            FakeBroker.Said.json(
                200, Map.of("access_token", token, "token_type", "Bearer", "expires_in", 300)));
  }

  private Map<String, List<String>> tokenForm() {
    return broker.askedAt("/oauth/token").getLast().form();
  }

  @Test
  void tokenIsAloneOnStandardOutput() throws Exception {
    assertThat(mayfly.run("token", "--role", "orders-writer")).isZero();
    assertThat(mayfly.out().lines()).hasSize(1);
    assertThat(mayfly.out().strip().split("\\.", -1)).hasSize(3);
    assertThat(mayfly.err())
        .contains("expires", "in 5m", CLIENT)
        .doesNotContain(mayfly.out().strip());
    mayfly.run("token", "--quiet");
    assertThat(mayfly.err()).isEmpty();
  }

  /** RFC 7523 with rfc7523bis: the assertion is for the issuer alone, short, and single-use. */
  @Test
  void clientProvesItselfByAFreshAssertion() throws Exception {
    mayfly.run("token");
    SignedJWT first = SignedJWT.parse(tokenForm().get("client_assertion").getFirst());
    mayfly.run("token");
    SignedJWT second = SignedJWT.parse(tokenForm().get("client_assertion").getFirst());
    assertThat(first.getJWTClaimsSet().getClaim("aud")).isEqualTo(List.of(broker.url()));
    assertThat(first.getJWTClaimsSet().getIssuer()).isEqualTo(CLIENT);
    assertThat(first.getJWTClaimsSet().getSubject()).isEqualTo(CLIENT);
    assertThat(first.getHeader().getType().getType()).isEqualTo("client-authentication+jwt");
    assertThat(first.getJWTClaimsSet().getExpirationTime().toInstant())
        .isEqualTo(CommandRun.START.plusSeconds(60));
    assertThat(first.getJWTClaimsSet().getJWTID())
        .isNotEqualTo(second.getJWTClaimsSet().getJWTID());
    assertThat(
            JwkKeys.verify(Alg.ES256, key, first.getSigningInput(), first.getSignature().decode()))
        .isTrue();
  }

  @Test
  void wishesAreSent_asTheyWereTyped() {
    mayfly.run(
        "token",
        "--role",
        "r",
        "--resource",
        "https://a.test",
        "--resource",
        "https://b.test",
        "--scope",
        "x",
        "--scope",
        "y",
        "--ttl",
        "90s",
        "--idempotency-key",
        "once");
    assertThat(tokenForm())
        .containsEntry("grant_type", List.of("client_credentials"))
        .containsEntry("role", List.of("r"))
        .containsEntry("resource", List.of("https://a.test", "https://b.test"))
        .containsEntry("scope", List.of("x y"))
        .containsEntry("ttl", List.of("90s"));
    assertThat(broker.askedAt("/oauth/token").getLast().header("Idempotency-key"))
        .isEqualTo("once");
  }

  @Test
  void federatedAssertionIsSent_withoutAnyClientOfOurs() throws Exception {
    Path assertion = Files.writeString(folder.resolve("a.jwt"), "e30.e30.AAAA\n");
    mayfly.environment.remove("MAYFLY_KEY_FILE");
    assertThat(mayfly.run("token", "--assertion-file", assertion.toString())).isZero();
    assertThat(tokenForm())
        .containsEntry("grant_type", List.of("urn:ietf:params:oauth:grant-type:jwt-bearer"))
        .containsEntry("assertion", List.of("e30.e30.AAAA"))
        .doesNotContainKey("client_assertion");
  }

  @Test
  void exitCodesTellTheFailuresApart() {
    broker.page("/oauth/token", asked -> error(401, "invalid_client"));
    assertThat(mayfly.run("token")).isEqualTo(4);
    assertThat(mayfly.err()).contains("invalid_client").contains("clock");
    broker.page("/oauth/token", asked -> error(400, "invalid_scope"));
    assertThat(mayfly.run("token")).isEqualTo(3);
    broker.page("/oauth/token", asked -> error(503, "temporarily_unavailable"));
    assertThat(mayfly.run("token")).isEqualTo(5);
    assertThat(mayfly.run("token", "--nonsense")).isEqualTo(2);
    assertThat(mayfly.run("tokens")).isEqualTo(2);
    assertThat(mayfly.err()).contains("token");
    broker.close();
    assertThat(mayfly.run("token")).isEqualTo(5);
    assertThat(mayfly.err()).contains("deploy/dev");
  }

  @Test
  void errorsAreJsonToo_whenAProgramAsks() {
    broker.page("/oauth/token", asked -> error(400, "invalid_scope"));
    assertThat(mayfly.run("token", "--json")).isEqualTo(3);
    assertThat(mayfly.out()).startsWith("{\"error\":\"invalid_scope\",\"message\":");
  }

  /** RFC 8414 3.3. */
  @Test
  void brokerIsRefused_whenItsMetadataNamesAnother() {
    broker.page(
        "/.well-known/oauth-authorization-server",
        asked -> FakeBroker.Said.json(200, Map.of("issuer", "https://other.test")));
    assertThat(mayfly.run("token")).isEqualTo(3);
    assertThat(mayfly.err()).contains("--broker https://other.test");
  }

  @Test
  void plainHttpIsRefused_beyondThisMachine() {
    assertThat(mayfly.run("token", "--broker", "http://broker.example")).isEqualTo(2);
    assertThat(mayfly.err()).contains("refusing plain http");
  }

  @Test
  void operatorWaits_untilEveryNodeServesTheRevocation() {
    AtomicInteger looks = new AtomicInteger();
    broker.page("/v1/revocations", asked -> FakeBroker.Said.json(201, revocation(Map.of())));
    broker.page(
        "/v1/revocations/r-1",
        asked ->
            FakeBroker.Said.json(
                200,
                looks.incrementAndGet() < 3
                    ? revocation(Map.of())
                    : revocation(Map.of("everywhere_at", "2030-01-01T10:00:00.125Z"))));
    assertThat(mayfly.run("revoke", "--grant", "g-1", "--reason", "laptop stolen")).isZero();
    assertThat(mayfly.out()).contains("revoked  grant g-1").contains("by every node, 125ms later");
    assertThat(tokenForm())
        .containsEntry("scope", List.of("mayfly:read mayfly:revoke"))
        .containsEntry("resource", List.of(broker.url()));
    assertThat(broker.askedAt("/v1/revocations").getFirst().body())
        .isEqualTo("{\"scope\":\"grant\",\"target\":\"g-1\",\"reason\":\"laptop stolen\"}");
  }

  @Test
  void operatorMustSayWhy() {
    assertThat(mayfly.run("revoke", "--grant", "g-1")).isEqualTo(2);
    assertThat(broker.askedAt("/v1")).isEmpty();
  }

  @Test
  void ownTokenIsGivenBack_byItsOwner() throws Exception {
    broker.page("/oauth/revoke", asked -> new FakeBroker.Said(200, Map.of(), ""));
    mayfly.in = broker.token(7);
    assertThat(mayfly.run("revoke", "-")).isZero();
    assertThat(broker.askedAt("/oauth/revoke").getFirst().form())
        .containsEntry("token", List.of(mayfly.in))
        .containsKey("client_assertion");
  }

  @Test
  void inactiveTokenEndsWithThree_whenIntrospected() throws Exception {
    broker.page("/oauth/introspect", asked -> FakeBroker.Said.json(200, Map.of("active", false)));
    mayfly.in = broker.token(7);
    assertThat(mayfly.run("introspect", "-")).isEqualTo(3);
    assertThat(mayfly.out()).isEqualTo("inactive\n");
  }

  @Test
  void introspectionSaysWhatTheTokenIsBoundTo() throws Exception {
    broker.page(
        "/oauth/introspect",
        asked ->
            FakeBroker.Said.json(
                200, Map.of("active", true, "cnf", Map.of("x5t#S256", "thumb"), "jti", "c-1")));
    mayfly.in = broker.token(7);
    assertThat(mayfly.run("introspect", "-")).isZero();
    assertThat(mayfly.out()).contains("bound to   the certificate thumb  (x5t#S256)\njti ");
  }

  @Test
  void tablesAreAligned_andFiltersSent() {
    broker.page(
        "/v1/grants",
        asked ->
            FakeBroker.Said.json(
                200,
                Map.of("items", List.of(grant("ACTIVE", "2030-01-01T18:00:00Z")), "next", "c")));
    assertThat(mayfly.run("grants", "list", "--role", "a b", "--limit", "1")).isZero();
    assertThat(mayfly.out())
        .isEqualTo(
            """
            STATE   KIND  ROLE           IDENTITY                     ENDS   GRANT
            ACTIVE  -     orders-writer  spiffe://shop.test/checkout  in 8h  g-1
            """);
    assertThat(mayfly.err()).contains("--after c");
    assertThat(broker.askedAt("/v1/grants").getFirst().path())
        .isEqualTo("/v1/grants?role=a+b&limit=1");
  }

  @Test
  void coloursAreGone_whenNobodyWatches() {
    broker.page(
        "/v1/grants",
        asked ->
            FakeBroker.Said.json(
                200, Map.of("items", List.of(grant("ACTIVE", "2030-01-01T18:00:00Z")))));
    mayfly.run("grants", "list");
    assertThat(mayfly.out()).doesNotContain("\u001b");
    mayfly.colour = true;
    mayfly.run("grants", "list");
    assertThat(mayfly.out()).contains("\u001b[32mACTIVE\u001b[0m");
  }

  @Test
  void lintPointsAtThePlace_andEndsWithThree() throws Exception {
    Path policy = Files.writeString(folder.resolve("p.yaml"), "schema: 2\n");
    assertThat(mayfly.run("policy", "lint", policy.toString())).isEqualTo(3);
    assertThat(mayfly.out()).contains(policy + ":1:9: error ");
    assertThat(mayfly.err()).startsWith("not ok");
  }

  @Test
  void privateKeyIsNeverShown_whenItsFileIsWrong() throws Exception {
    Files.writeString(keyFile(), key.toJSONString().replace("\"kty\":\"EC\"", "\"kty\":\"XX\""));
    assertThat(mayfly.run("token", "--client", CLIENT)).isEqualTo(2);
    assertThat(mayfly.err()).doesNotContain(key.getD().toString()).contains("no JWK");
  }

  @Test
  void everySubcommandHasHelp() {
    for (String name : Commands.all(surroundings()).getSubcommands().keySet()) {
      assertThat(mayfly.run(name, "--help")).as(name).isZero();
      assertThat(mayfly.run("help", name)).as(name).isZero();
      assertThat(mayfly.out()).as(name).startsWith("Usage: mayfly ");
    }
  }

  @Test
  void completionKnowsEveryOption() {
    assertThat(mayfly.run("completion")).isZero();
    assertThat(mayfly.out()).contains("--audience", "--idempotency-key", "--credential", "lint");
  }

  private Surroundings surroundings() {
    var nowhere =
        new java.io.PrintStream(
            java.io.OutputStream.nullOutputStream(), true, java.nio.charset.StandardCharsets.UTF_8);
    return new Surroundings(
        Map.of(),
        mayfly.clock,
        java.time.ZoneOffset.UTC,
        java.io.InputStream.nullInputStream(),
        false,
        new dev.mayfly.cli.screen.Screen(nowhere, nowhere, false, 0),
        time -> {});
  }

  private static FakeBroker.Said error(int status, String code) {
    return FakeBroker.Said.json(status, Map.of("error", code));
  }

  private static Map<String, Object> revocation(Map<String, Object> more) {
    Map<String, Object> revocation = new LinkedHashMap<>();
    revocation.put("id", "r-1");
    revocation.put("at", "2030-01-01T10:00:00Z");
    revocation.putAll(more);
    return revocation;
  }

  private static Map<String, Object> grant(String state, String expires) {
    return Map.of(
        "id",
        "g-1",
        "state",
        state,
        "role",
        "orders-writer",
        "identity",
        CLIENT,
        "expires_at",
        expires);
  }
}
