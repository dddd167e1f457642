package dev.mayfly.identity;

import static dev.mayfly.identity.TestPolicy.ISSUER;
import static dev.mayfly.identity.TestPolicy.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWKSet;
import com.sun.net.httpserver.HttpServer;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.TestJwt.Signer;
import dev.mayfly.policy.BundleKeys;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.KeySource;
import dev.mayfly.policy.Trust;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * JWT-SVIDs as client authentication: one vector or more for each MUST of
 * docs/spiffe-conformance.md.
 */
class SvidAssertionsTest {

  private static final String PACKER = "spiffe://mesh.example/warehouse/packer";
  private static final String NAME = "spiffe://td.example/mesh/packer";
  private static final Set<String> ALGORITHMS =
      Set.of("ES256", "ES384", "RS256", "PS256", "EdDSA", "Ed25519");

  private static final Signer MESH = TestJwt.es256("mesh-1");
  private static final Signer OTHER = TestJwt.es256("other-1");
  private static final Signer RSA = TestJwt.rsa("mesh-rsa", "RS256", 2048);
  private static final Signer PSS = RSA.as("PS256");
  private static final Signer P384 = TestJwt.ec("mesh-384", "ES384", "secp384r1", Curve.P_384);
  private static final Signer ED = TestJwt.ed25519("mesh-ed", "Ed25519");
  private static final Signer X509 = TestJwt.es256("x509");
  private static final Signer SIG = TestJwt.es256("sig");
  private static final Signer NO_USE = TestJwt.es256("no-use");

  private static final TestClock CLOCK = new TestClock(NOW);
  private static final TrustKeys KEYS =
      new TrustKeys(IdentityLimits.defaults(), CLOCK, new SimpleMeterRegistry());

  private static final CompiledPolicy POLICY =
      new TestPolicy()
          .trust(
              spiffe(
                  "mesh",
                  "mesh.example",
                  List.of(
                      member(MESH, "jwt-svid"),
                      member(RSA, "jwt-svid"),
                      member(P384, "jwt-svid"),
                      member(ED, "jwt-svid"),
                      member(X509, "x509-svid"),
                      member(SIG, "sig"),
                      member(NO_USE, ""))))
          .trust(spiffe("other", "other.example", List.of(member(OTHER, "jwt-svid"))))
          .trust("ci", "https://ci.example", jwks(SIG))
          .federated("mesh", "claims.sub == '" + PACKER + "'", NAME)
          .federated(
              "other",
              "claims.sub == 'spiffe://other.example/warehouse/packer'",
              "spiffe://td.example/other/packer")
          .federated("ci", "claims.sub == '" + PACKER + "'", "spiffe://td.example/ci/packer")
          .compiled();

  private final SvidAssertions svids =
      new SvidAssertions(TestPolicy.mayfly(), IdentityLimits.defaults(), KEYS, CLOCK);

  @AfterAll
  static void close() {
    KEYS.close();
  }

  private static Trust spiffe(String id, String domain, List<Map<String, Object>> bundle) {
    return spiffe(id, domain, new KeySource.StaticJwks(new JWKSet(BundleKeys.of(bundle))));
  }

  private static Trust spiffe(String id, String domain, KeySource keys) {
    return new Trust(
        id,
        "spiffe://" + domain,
        keys,
        Optional.empty(),
        ALGORITHMS,
        false,
        Duration.ofHours(1),
        Optional.of(domain));
  }

  private static KeySource jwks(Signer signer) {
    return new KeySource.StaticJwks(new JWKSet(signer.jwk()));
  }

  private static Map<String, Object> member(Signer signer, String use) {
    Map<String, Object> member = new HashMap<>(signer.jwk().toPublicJWK().toJSONObject());
    if (!use.isEmpty()) {
      member.put("use", use);
    }
    return member;
  }

  /** As a SPIRE agent hands it out, to be spoilt. */
  private static TestJwt svid() {
    return new TestJwt()
        .header("kid", "mesh-1")
        .header("typ", "JWT")
        .claim("sub", PACKER)
        .claim("aud", List.of(ISSUER))
        .claim("iat", NOW.getEpochSecond())
        .claim("exp", NOW.getEpochSecond() + 300);
  }

  private Outcome<Proven> prove(String assertion, Optional<String> client) {
    return svids.prove(assertion, client, POLICY).await().atMost(Duration.ofSeconds(10));
  }

  private Outcome<Proven> prove(String assertion) {
    return prove(assertion, Optional.empty());
  }

  private static Proven ok(Outcome<Proven> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Ok.class);
    return ((Outcome.Ok<Proven>) outcome).value();
  }

  private static void refused(Outcome<Proven> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    Refusal refusal = ((Outcome.Refused<Proven>) outcome).refusal();
    assertThat(refusal).isInstanceOf(Refusal.Unauthenticated.class);
    assertThat(refusal.code()).isEqualTo("client-assertion-refused");
  }

  @Test
  void workloadIsTheIdentityThatThePolicyMakesOfIt() {
    Proven proven = ok(prove(svid().signedBy(MESH), Optional.of(PACKER)));
    assertThat(proven.name()).isEqualTo(NAME);
    assertThat(proven.attributes()).containsEntry("sub", PACKER);
    assertThat(proven.assertionKey()).isEmpty();
    assertThat(proven.assertionUntil()).isEqualTo(NOW.plusSeconds(300));
  }

  @Test
  void everyAlgorithmOfTheListWillDo() {
    for (Signer signer : List.of(MESH, P384, RSA, PSS)) {
      ok(prove(svid().header("kid", signer.jwk().getKeyID()).signedBy(signer)));
    }
  }

  @Test
  void typAndKidMayBeAbsent_andAudMayBeAText() {
    ok(prove(svid().without("typ").signedBy(MESH)));
    ok(prove(svid().header("typ", "JOSE").signedBy(MESH)));
    ok(prove(svid().claim("aud", ISSUER).signedBy(MESH)));
    ok(prove(svid().without("kid").signedBy(MESH)));
    ok(prove(svid().claim("iss", "https://oidc.mesh.example").without("iat").signedBy(MESH)));
  }

  static Stream<Arguments> spoilt() {
    long now = NOW.getEpochSecond();
    return Stream.of(
        bad("JWT-3 jku", j -> j.header("jku", "https://evil.example/keys")),
        bad("JWT-3 jwk", j -> j.header("jwk", member(MESH, ""))),
        bad("JWT-3 x5c", j -> j.header("x5c", List.of("AAAA"))),
        bad("JWT-3 x5u", j -> j.header("x5u", "https://evil.example/chain")),
        bad("JWT-3 crit", j -> j.header("crit", List.of("exp"))),
        bad("JWT-3 cty", j -> j.header("cty", "JWT")),
        bad("JWT-4 access token", j -> j.header("typ", "at+jwt")),
        bad("JWT-4 lower case", j -> j.header("typ", "jwt")),
        bad("JWT-4 client assertion", j -> j.header("typ", "client-authentication+jwt")),
        bad("JWT-4 no text", j -> j.header("typ", 7)),
        bad("JWT-5 no sub", j -> j.without("sub")),
        bad("JWT-5 empty", j -> j.claim("sub", "")),
        bad("JWT-5 no SPIFFE ID", j -> j.claim("sub", "warehouse/packer")),
        bad("JWT-5 trust domain", j -> j.claim("sub", "spiffe://mesh.example")),
        bad("JWT-5 slash", j -> j.claim("sub", PACKER + "/")),
        bad("JWT-5 upper case", j -> j.claim("sub", "spiffe://MESH.example/warehouse/packer")),
        bad("JWT-5 no text", j -> j.claim("sub", List.of(PACKER))),
        bad("JWT-6 no aud", j -> j.without("aud")),
        bad("JWT-6 empty", j -> j.claim("aud", List.of())),
        bad("JWT-6 another's", j -> j.claim("aud", List.of("https://other.example"))),
        bad("JWT-6 token endpoint", j -> j.claim("aud", ISSUER + "/oauth/token")),
        bad("JWT-6 ours and another's", j -> j.claim("aud", List.of(ISSUER, "https://o.example"))),
        bad("JWT-7 no exp", j -> j.without("exp")),
        bad("JWT-7 past", j -> j.claim("exp", now - 1)),
        bad("JWT-7 this second", j -> j.claim("exp", now)),
        bad("JWT-7 no number", j -> j.claim("exp", "tomorrow")),
        bad("longer than the trust allows", j -> j.claim("exp", now + 3601)),
        bad("not yet", j -> j.claim("nbf", now + 60)),
        bad("JWT-8 other domain", j -> j.claim("sub", "spiffe://other.example/warehouse/packer")),
        bad("JWT-8 unknown domain", j -> j.claim("sub", "spiffe://nobody.example/packer")),
        bad("JWT-8 our own domain", j -> j.claim("sub", NAME)),
        bad("JWT-8 an issuer's", j -> j.claim("iss", "https://ci.example").header("kid", "sig")),
        bad("no identity's", j -> j.claim("sub", "spiffe://mesh.example/warehouse/other")));
  }

  private static Arguments bad(String what, Consumer<TestJwt> change) {
    return arguments(what, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("spoilt")
  void svidIsRefused(String what, Consumer<TestJwt> change) {
    refused(prove(svid().with(change).signedBy(MESH)));
  }

  /** Exactly the trust's longest lifetime will do. */
  @Test
  void longestLifetimeIsAllowedToTheSecond() {
    ok(prove(svid().claim("exp", NOW.getEpochSecond() + 3600).signedBy(MESH)));
  }

  /** JWT-8, JWT-9: a signature that verifies, by a key that is not the domain's for JWT-SVIDs. */
  @Test
  void keyOfAnotherBundleOrUseIsNotBelieved() {
    for (Signer signer : List.of(OTHER, X509, SIG, NO_USE)) {
      refused(prove(svid().header("kid", signer.jwk().getKeyID()).signedBy(signer)));
      refused(prove(svid().signedBy(signer))); // JWT-10: under the kid of a key that is
    }
  }

  @Test
  void keyWithoutKidIsNone() {
    Map<String, Object> nameless = member(MESH, "jwt-svid");
    nameless.remove("kid");
    assertThat(BundleKeys.of(List.of(nameless, Map.of("use", "jwt-svid"), "x"))).isEmpty();
    assertThat(BundleKeys.of(List.of(member(MESH, "jwt-svid")))).hasSize(1);
  }

  /** JWT-2: the policy of this test lists EdDSA, and it is refused all the same. */
  @Test
  void edwardsSignatureIsRefused_whateverThePolicySays() {
    refused(prove(svid().header("kid", "mesh-ed").signedBy(ED)));
    refused(prove(svid().header("kid", "mesh-ed").signedBy(ED.as("EdDSA"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "HS256", "RSA-OAEP", "es256"})
  void whatIsNoSignatureIsRefused(String alg) {
    refused(prove(svid().header("alg", alg).unsigned("AAAA")));
  }

  /** JWT-1. */
  @Test
  void onlyTheCompactFormIsRead() {
    String good = svid().signedBy(MESH);
    String[] parts = good.split("\\.", -1);
    List<String> forms =
        new ArrayList<>(
            List.of(
                "{\"protected\":\"%s\",\"payload\":\"%s\",\"signature\":\"%s\"}"
                    .formatted(parts[0], parts[1], parts[2]),
                good + ".AAAA.AAAA",
                parts[0] + "." + parts[1] + ".",
                good + "=",
                " " + good));
    forms.forEach(form -> refused(prove(form)));
  }

  /** JWT-10. */
  @Test
  void alteredClaimsAreRefused() {
    String[] parts = svid().signedBy(MESH).split("\\.", -1);
    String[] other =
        svid().claim("exp", NOW.getEpochSecond() + 301).signedBy(MESH).split("\\.", -1);
    refused(prove(parts[0] + "." + other[1] + "." + parts[2]));
  }

  @Test
  void clientIdIsTheSpiffeIdOrNothing() {
    refused(prove(svid().signedBy(MESH), Optional.of(NAME)));
    refused(prove(svid().signedBy(MESH), Optional.of("packer")));
  }

  /**
   * The bundle as its endpoint serves it: taken for fresh as long as it says, then fetched anew.
   */
  @Test
  void bundleIsFetched_andKeptAsLongAsItsHintSays() throws IOException {
    Map<String, Object> bundle = new HashMap<>();
    bundle.put("spiffe_sequence", 7);
    bundle.put("spiffe_refresh_hint", 600);
    bundle.put("keys", List.of(member(X509, "x509-svid"), member(MESH, "jwt-svid")));
    var served = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/bundle",
        exchange -> {
          served.incrementAndGet();
          byte[] body = TestJwt.json(bundle).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, body.length);
          try (var out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
    TestClock clock = new TestClock(NOW);
    TrustKeys keys = new TrustKeys(IdentityLimits.defaults(), clock, new SimpleMeterRegistry());
    try {
      URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/bundle");
      CompiledPolicy policy =
          new TestPolicy()
              .trust(spiffe("mesh", "mesh.example", new KeySource.Bundle(url)))
              .federated("mesh", "claims.sub == '" + PACKER + "'", NAME)
              .compiled();
      var fetching =
          new SvidAssertions(TestPolicy.mayfly(), IdentityLimits.defaults(), keys, clock);
      ok(await(fetching, svid().signedBy(MESH), policy));
      refused(await(fetching, svid().header("kid", "x509").signedBy(X509), policy));
      int before = served.get();

      bundle.put("keys", List.of(member(OTHER, "jwt-svid")));
      clock.pass(Duration.ofSeconds(100));
      ok(await(fetching, svid().signedBy(MESH), policy));
      assertThat(served).hasValue(before);
      clock.pass(Duration.ofSeconds(501));
      String later = svid().claim("exp", clock.instant().getEpochSecond() + 60).signedBy(MESH);
      refused(await(fetching, later, policy));
      assertThat(served).hasValueGreaterThan(before);
    } finally {
      keys.close();
      server.stop(0);
    }
  }

  private static Outcome<Proven> await(
      SvidAssertions svids, String assertion, CompiledPolicy policy) {
    return svids.prove(assertion, Optional.empty(), policy).await().atMost(Duration.ofSeconds(10));
  }

  /** A JWT-SVID is no authorization grant, whatever its iss says (rule 12). */
  @Test
  void svidIsNoFederatedAssertion() {
    var federated =
        new FederatedAssertions(TestPolicy.mayfly(), IdentityLimits.defaults(), KEYS, CLOCK);
    String assertion = svid().claim("iss", "spiffe://mesh.example").signedBy(MESH);
    Outcome<Proven> outcome =
        federated.prove(assertion, POLICY).await().atMost(Duration.ofSeconds(10));
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    assertThat(((Outcome.Refused<Proven>) outcome).refusal()).isInstanceOf(Refusal.BadGrant.class);
  }
}
