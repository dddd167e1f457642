package dev.mayfly.identity.certificate;

import static dev.mayfly.identity.certificate.MeshWorld.MESH;
import static dev.mayfly.identity.certificate.MeshWorld.NAME;
import static dev.mayfly.identity.certificate.MeshWorld.OTHER;
import static dev.mayfly.identity.certificate.MeshWorld.OTHER_PACKER;
import static dev.mayfly.identity.certificate.MeshWorld.PACKER;
import static dev.mayfly.identity.certificate.MeshWorld.svid;
import static dev.mayfly.identity.certificate.TestAuthority.NOW;
import static dev.mayfly.identity.certificate.TestAuthority.wanted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.Proven;
import dev.mayfly.identity.certificate.TestAuthority.Wanted;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.KeySource;
import io.vertx.mutiny.core.Vertx;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * X509-SVIDs of other trust domains as client authentication: one vector or more for each MUST of
 * docs/spiffe-conformance.md, and what else somebody may try.
 */
class ForeignSvidsTest {

  /** The same name as the mesh's authority, and another key. */
  private static final TestAuthority IMPOSTOR = TestAuthority.root("CN=mesh");

  private static final Vertx VERTX = Vertx.vertx();
  private static final MeshWorld WORLD = new MeshWorld(VERTX);

  private static final CompiledPolicy POLICY =
      MeshWorld.policy(MeshWorld.fixed(MESH), MeshWorld.fixed(OTHER));

  @AfterAll
  static void close() {
    WORLD.close();
    VERTX.closeAndAwait();
  }

  private static ShownCertificate shown(X509Certificate leaf, TestAuthority... others) {
    return new ShownCertificate(leaf, Stream.of(others).map(TestAuthority::certificate).toList());
  }

  private static Wanted between() {
    return wanted().subject("CN=between").authority(0);
  }

  private static Wanted nameless() {
    return wanted().usage(KeyUsage.digitalSignature);
  }

  private static Wanted named(String uri) {
    return nameless().name(GeneralName.uniformResourceIdentifier, uri);
  }

  private static Wanted named(GeneralName... names) {
    return nameless().extra(Extension.subjectAlternativeName, false, new GeneralNames(names));
  }

  private static GeneralName uri(String text) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, text);
  }

  private static Wanted purposes(KeyPurposeId... ids) {
    return svid().extra(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(ids));
  }

  private static Wanted unused() {
    return wanted().name(GeneralName.uniformResourceIdentifier, PACKER);
  }

  private static Wanted limited(Wanted authority, String host) {
    return authority.extra(
        Extension.nameConstraints,
        true,
        new NameConstraints(
            new GeneralSubtree[] {
              new GeneralSubtree(new GeneralName(GeneralName.uniformResourceIdentifier, host))
            },
            null));
  }

  private static Outcome<Proven> prove(ShownCertificate shown, String client) {
    return WORLD.prove(shown, client, POLICY);
  }

  private static void assertRefused(Outcome<Proven> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    Refusal refusal = ((Outcome.Refused<Proven>) outcome).refusal();
    assertThat(refusal).isInstanceOf(Refusal.Unauthenticated.class);
    assertThat(refusal.code()).isEqualTo("client-certificate-refused");
  }

  /** As its JWT-SVID: the same name, the same claims for conditions. */
  @Test
  void workloadIsTheIdentityThatThePolicyMakesOfIt() {
    Outcome<Proven> outcome = prove(shown(MESH.issue(svid())), PACKER);
    assertThat(outcome).isInstanceOf(Outcome.Ok.class);
    Proven proven = ((Outcome.Ok<Proven>) outcome).value();
    assertThat(proven.name()).isEqualTo(NAME);
    assertThat(proven.attributes()).isEqualTo(Map.of("sub", PACKER));
    assertThat(proven.assertionKey()).isEmpty();
    assertThat(proven.assertionUntil()).isEqualTo(NOW.plus(Duration.ofHours(1)));
  }

  static Stream<Arguments> good() {
    TestAuthority between = MESH.below(between());
    TestAuthority narrow = MESH.below(limited(between(), "mesh.example"));
    return Stream.of(
        good("of an authority below", shown(between.issue(svid()), between)),
        good("with what nobody asked for", shown(between.issue(svid()), OTHER, between)),
        good("in its last second", shown(MESH.issue(svid().until(NOW)))),
        good("in its first second", shown(MESH.issue(svid().from(NOW)))),
        good("of RSA", shown(MESH.issue(svid().pair(TestAuthority.pair("RSA", 2048))))),
        good(
            "with a host's name beside",
            shown(
                MESH.issue(
                    named(uri(PACKER), new GeneralName(GeneralName.dNSName, "packer.example"))))),
        good(
            "for both ends of TLS",
            shown(
                MESH.issue(
                    purposes(KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth)))),
        good("of an authority for its domain", shown(narrow.issue(svid()), narrow)));
  }

  private static Arguments good(String what, ShownCertificate shown) {
    return arguments(what, shown);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("good")
  void svidOfTheDomainProves(String what, ShownCertificate shown) {
    assertThat(prove(shown, PACKER)).isInstanceOf(Outcome.Ok.class);
  }

  static Stream<Arguments> profile() {
    return Stream.of(
        bad("X509-1 another workload's", named("spiffe://mesh.example/warehouse/other")),
        bad("X509-1 no name", nameless()),
        bad("X509-1 two", named(uri(PACKER), uri("spiffe://mesh.example/other"))),
        bad("X509-1 the same twice", named(uri(PACKER), uri(PACKER))),
        bad("X509-1 one beside that is no SPIFFE ID", named(uri(PACKER), uri("https://a.example"))),
        bad("X509-1 as a host", named(new GeneralName(GeneralName.dNSName, "mesh.example"))),
        bad("X509-1 upper case", named("SPIFFE://mesh.example/warehouse/packer")),
        bad(
            "X509-3 an authority's",
            svid().extra(Extension.basicConstraints, true, new BasicConstraints(0))),
        bad("X509-4 no key usage", unused()),
        bad(
            "X509-4 not critical",
            unused().extra(Extension.keyUsage, false, new KeyUsage(KeyUsage.digitalSignature))),
        bad("X509-4 for key agreement", unused().usage(KeyUsage.keyAgreement)),
        bad("X509-4 certifies", unused().usage(KeyUsage.digitalSignature | KeyUsage.keyCertSign)),
        bad("X509-4 signs lists", unused().usage(KeyUsage.digitalSignature | KeyUsage.cRLSign)),
        bad("X509-5 clients only", purposes(KeyPurposeId.id_kp_clientAuth)),
        bad("X509-5 servers only", purposes(KeyPurposeId.id_kp_serverAuth)),
        bad("X509-5 anything", purposes(KeyPurposeId.anyExtendedKeyUsage)),
        bad("X509-6 ended a second ago", svid().until(NOW.minusSeconds(1))),
        bad("X509-6 begins in a second", svid().from(NOW.plusSeconds(1))),
        bad("longer than the trust allows", svid().until(NOW.plusSeconds(3601))),
        bad("X509-6 SHA-1", svid().signature("SHA1withECDSA")),
        bad("X509-6 weak RSA", svid().pair(TestAuthority.pair("RSA", 1024))),
        bad(
            "X509-6 unknown critical extension",
            svid().extra(new ASN1ObjectIdentifier("1.3.9999.1"), true, DERNull.INSTANCE)));
  }

  private static Arguments bad(String what, Wanted wanted) {
    return arguments(what, wanted);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("profile")
  void whatIsNoSvidOfTheClientIsRefused(String what, Wanted wanted) {
    assertRefused(prove(shown(MESH.issue(wanted)), PACKER));
  }

  static Stream<Arguments> chains() {
    TestAuthority between = MESH.below(between());
    TestAuthority third = between.below(wanted().subject("CN=third").authority(0));
    TestAuthority ended = MESH.below(between().until(NOW.minusSeconds(1)));
    TestAuthority leaf = MESH.below(svid().subject("CN=leaf"));
    TestAuthority noCertSign =
        MESH.below(
            wanted()
                .subject("CN=odd")
                .extra(Extension.basicConstraints, true, new BasicConstraints(0))
                .usage(KeyUsage.cRLSign));
    TestAuthority elsewhere = MESH.below(limited(between(), "other.example"));
    return Stream.of(
        arguments("another domain's", shown(OTHER.issue(svid()))),
        arguments("another domain's, with its authority", shown(OTHER.issue(svid()), OTHER)),
        arguments("another domain's, with both", shown(OTHER.issue(svid()), MESH, OTHER)),
        arguments("an impostor's", shown(IMPOSTOR.issue(svid()), IMPOSTOR)),
        arguments("signed by itself", shown(TestAuthority.root(svid()).certificate())),
        arguments("without what stands between", shown(between.issue(svid()))),
        arguments("longer than a path may be", shown(third.issue(svid()), third, between)),
        arguments("below an authority that ended", shown(ended.issue(svid()), ended)),
        arguments("issued by a workload", shown(leaf.issue(svid()), leaf)),
        arguments("of what must not certify", shown(noCertSign.issue(svid()), noCertSign)),
        arguments("below one for another domain", shown(elsewhere.issue(svid()), elsewhere)));
  }

  /** X509-2, X509-6. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("chains")
  void chainThatDoesNotLeadToTheDomainIsRefused(String what, ShownCertificate shown) {
    assertRefused(prove(shown, PACKER));
  }

  /** X509-2: domains are never merged, whichever of them the client names. */
  @Test
  void authorityProvesNobodyOfAnotherDomain() {
    String stolen = "spiffe://other.example/warehouse/packer";
    assertThat(stolen).isEqualTo(OTHER_PACKER);
    assertRefused(prove(shown(MESH.issue(named(stolen)), MESH), stolen));
    assertThat(prove(shown(OTHER.issue(named(stolen))), stolen)).isInstanceOf(Outcome.Ok.class);
    String unknown = "spiffe://nobody.example/packer";
    assertRefused(prove(shown(MESH.issue(named(unknown))), unknown));
  }

  /** X509-2: not even where the policy trusts a bundle under the broker's own name. */
  @Test
  void nobodyElseProvesAnIdentityOfOurOwnDomain() {
    assertRefused(prove(shown(MESH.issue(named(NAME))), NAME));
    CompiledPolicy own = MeshWorld.policyOfOwnDomain(MeshWorld.fixed(MESH));
    assertThat(ForeignSvids.concerns(NAME, own)).isFalse();
    assertRefused(WORLD.prove(shown(MESH.issue(named(NAME))), NAME, own));
  }

  @Test
  void workloadThatThePolicyDoesNotNameIsRefused() {
    String other = "spiffe://mesh.example/warehouse/other";
    assertRefused(prove(shown(MESH.issue(named(other))), other));
  }

  /** X509-1. */
  @Test
  void nameThatIsNoSpiffeIdWithAPathIsRefused() {
    for (String name :
        List.of(
            "spiffe://mesh.example",
            "spiffe://mesh.example/",
            PACKER + "/",
            "spiffe://mesh.example/../packer",
            "spiffe://mesh.example:8443/warehouse/packer",
            "spiffe://user@mesh.example/warehouse/packer",
            PACKER + "?a=b",
            "spiffe://MESH.example/warehouse/packer",
            "https://mesh.example/warehouse/packer")) {
      assertRefused(prove(shown(MESH.issue(named(name))), name));
    }
  }

  /** X509-6: what the bundle's certificate says of itself holds, too. */
  @Test
  void authoritysOwnLimitsHold() {
    TestAuthority narrow =
        TestAuthority.root(limited(wanted().subject("CN=narrow").authority(1), "other.example"));
    TestAuthority broken =
        TestAuthority.root(
            wanted()
                .subject("CN=broken")
                .authority(1)
                .extra(Extension.nameConstraints, false, DERNull.INSTANCE));
    for (TestAuthority authority : List.of(narrow, broken)) {
      CompiledPolicy policy = MeshWorld.policy(MeshWorld.fixed(authority), MeshWorld.fixed(OTHER));
      assertRefused(WORLD.prove(shown(authority.issue(svid())), PACKER, policy));
    }
    TestAuthority last =
        TestAuthority.root(wanted().subject("CN=last").authority(0)); // nobody between
    TestAuthority below = last.below(between());
    CompiledPolicy policy = MeshWorld.policy(MeshWorld.fixed(last), MeshWorld.fixed(OTHER));
    assertThat(WORLD.prove(shown(last.issue(svid())), PACKER, policy))
        .isInstanceOf(Outcome.Ok.class);
    assertRefused(WORLD.prove(shown(below.issue(svid()), below), PACKER, policy));
  }

  /** The one that it renewed may still stand beside it, and was good for the same key. */
  @Test
  void endedAuthorityBesideAGoodOneHindersNobody() {
    Wanted wanted = wanted().subject("CN=mesh").pair(MESH.pair()).authority(1);
    X509Certificate old = MESH.issue(wanted.until(NOW.minusSeconds(1)));
    TestAuthority ended = new TestAuthority(old, MESH.pair());
    for (KeySource both : List.of(MeshWorld.fixed(ended, MESH), MeshWorld.fixed(MESH, ended))) {
      assertThat(
              WORLD.prove(
                  shown(MESH.issue(svid())),
                  PACKER,
                  MeshWorld.policy(both, MeshWorld.fixed(OTHER))))
          .isInstanceOf(Outcome.Ok.class);
    }
    assertRefused(
        WORLD.prove(
            shown(MESH.issue(svid())),
            PACKER,
            MeshWorld.policy(MeshWorld.fixed(ended), MeshWorld.fixed(OTHER))));
  }

  /** Authorities that all certify each other are many ways, of which none leads anywhere. */
  @Test
  void chainThatGoesInCirclesEnds() {
    List<X509Certificate> circle = new ArrayList<>();
    TestAuthority one = TestAuthority.root(wanted().subject("CN=circle").authority(6));
    for (int i = 0; i < ShownCertificate.MOST_OTHERS; i++) {
      circle.add(one.issue(wanted().subject("CN=circle").pair(one.pair()).authority(6)));
    }
    long began = System.nanoTime();
    assertRefused(prove(new ShownCertificate(one.issue(svid()), circle), PACKER));
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
  }
}
