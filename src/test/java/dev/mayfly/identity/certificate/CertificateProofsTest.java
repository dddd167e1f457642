package dev.mayfly.identity.certificate;

import static dev.mayfly.identity.certificate.TestAuthority.NOW;
import static dev.mayfly.identity.certificate.TestAuthority.wanted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.net.httpserver.HttpServer;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.Proven;
import dev.mayfly.identity.certificate.TestAuthority.Wanted;
import dev.mayfly.policy.Ceilings;
import dev.mayfly.policy.CertificateSubject;
import dev.mayfly.policy.CertificateTrust;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.IdentityEntry;
import dev.mayfly.policy.Policy;
import dev.mayfly.policy.Proving;
import io.vertx.mutiny.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
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
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Who is believed by a certificate that is not Mayfly's, and who is not (RFC 8705 2). */
class CertificateProofsTest {

  private static final String NAME = "spiffe://td.example/printer";
  private static final String HOST = "printer.partner.example";
  private static final CertificateSubject BY_HOST =
      new CertificateSubject(CertificateSubject.Kind.SAN_DNS, HOST);

  private static final TestAuthority ROOT = TestAuthority.root("CN=partner");
  private static final TestAuthority OTHER = TestAuthority.root("CN=other");

  /** The same name as the partner's root, and another key. */
  private static final TestAuthority IMPOSTOR = TestAuthority.root("CN=partner");

  private static final Vertx VERTX = Vertx.vertx();

  @TempDir Path folder;

  @AfterAll
  static void close() {
    VERTX.closeAndAwait();
  }

  private static Wanted client() {
    return wanted().name(GeneralName.dNSName, HOST);
  }

  private static Wanted between() {
    return wanted().subject("CN=between").authority(0);
  }

  private static ExtendedKeyUsage purpose(KeyPurposeId id) {
    return new ExtendedKeyUsage(id);
  }

  private static ShownCertificate shown(X509Certificate leaf, TestAuthority... others) {
    return new ShownCertificate(leaf, Stream.of(others).map(TestAuthority::certificate).toList());
  }

  private static CertificateTrust trust(TestAuthority authority) {
    return new CertificateTrust(
        "partner", List.of(authority.certificate()), CertificateTrust.Revocation.NONE);
  }

  private static Outcome<Proven> prove(
      ShownCertificate shown, Proving proving, CertificateTrust trust, Map<String, Path> crls) {
    IdentityEntry entry =
        new IdentityEntry(
            "printer",
            IdentityEntry.Kind.WORKLOAD,
            "team",
            "prod",
            NOW.plus(Duration.ofDays(1)),
            Set.of(),
            proving,
            "");
    CompiledPolicy policy =
        CompiledPolicy.of(
            new Policy(
                1,
                "td.example",
                new Ceilings(
                    Duration.ofMinutes(15),
                    Duration.ofHours(8),
                    Duration.ofDays(366),
                    Duration.ZERO),
                Optional.empty(),
                Map.of(),
                Map.of(),
                Map.of("partner", trust, "other", trust(OTHER)),
                Map.of("printer", entry),
                Map.of(),
                List.of()),
            "https://broker.example");
    CertificateProofs proofs = new CertificateProofs(new CrlFiles(() -> crls), VERTX, () -> NOW);
    return proofs
        .prove(shown, policy.certified(NAME).orElseThrow(), policy)
        .await()
        .atMost(Duration.ofSeconds(20));
  }

  private static Outcome<Proven> issued(ShownCertificate shown, CertificateSubject by) {
    return prove(shown, new Proving.Issued("partner", by, NAME), trust(ROOT), Map.of());
  }

  private static void assertProves(Outcome<Proven> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Ok.class);
    assertThat(((Outcome.Ok<Proven>) outcome).value().name()).isEqualTo(NAME);
  }

  private static void assertRefused(Outcome<Proven> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    Refusal refusal = ((Outcome.Refused<Proven>) outcome).refusal();
    assertThat(refusal).isInstanceOf(Refusal.Unauthenticated.class);
    assertThat(refusal.code()).isEqualTo("client-certificate-refused");
  }

  static Stream<Arguments> good() {
    TestAuthority between = ROOT.below(between());
    return Stream.of(
        arguments("the root's", shown(ROOT.issue(client()))),
        arguments("an issuing authority's", shown(between.issue(client()), between)),
        arguments("with what nobody asked for", shown(between.issue(client()), OTHER, between)),
        arguments(
            "for clients",
            shown(
                ROOT.issue(
                    client()
                        .extra(
                            Extension.extendedKeyUsage,
                            false,
                            purpose(KeyPurposeId.id_kp_clientAuth))
                        .usage(KeyUsage.digitalSignature)))),
        arguments("of RSA", shown(ROOT.issue(client().pair(TestAuthority.pair("RSA", 2048))))),
        arguments(
            "of Ed25519", shown(ROOT.issue(client().pair(TestAuthority.pair("Ed25519", 255))))),
        arguments("in its last second", shown(ROOT.issue(client().until(NOW)))),
        arguments("in its first second", shown(ROOT.issue(client().from(NOW)))),
        arguments(
            "in upper case",
            shown(
                ROOT.issue(
                    wanted().name(GeneralName.dNSName, HOST.toUpperCase(java.util.Locale.ROOT))))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("good")
  void certificateOfTheTrustProves(String what, ShownCertificate shown) {
    assertProves(issued(shown, BY_HOST));
  }

  static Stream<Arguments> bad() {
    TestAuthority between = ROOT.below(between());
    TestAuthority leaf = ROOT.below(client().subject("CN=leaf"));
    TestAuthority ended = ROOT.below(between().until(NOW.minusSeconds(1)));
    TestAuthority forServers =
        ROOT.below(
            between()
                .extra(Extension.extendedKeyUsage, false, purpose(KeyPurposeId.id_kp_serverAuth)));
    TestAuthority third = between.below(wanted().subject("CN=third").authority(0));
    Wanted self = client();
    return Stream.of(
        arguments("another trust's", shown(OTHER.issue(client()))),
        arguments("another trust's, with its root", shown(OTHER.issue(client()), OTHER)),
        arguments("an impostor's", shown(IMPOSTOR.issue(client()))),
        arguments("an impostor's, with its root", shown(IMPOSTOR.issue(client()), IMPOSTOR)),
        arguments("signed by itself", shown(TestAuthority.root(self).certificate())),
        arguments("without what stands between", shown(between.issue(client()))),
        arguments("ended a second ago", shown(ROOT.issue(client().until(NOW.minusSeconds(1))))),
        arguments("begins in a second", shown(ROOT.issue(client().from(NOW.plusSeconds(1))))),
        arguments("of an authority that ended", shown(ended.issue(client()), ended)),
        arguments("issued by a client", shown(leaf.issue(client()), leaf)),
        arguments("longer than a path may be", shown(third.issue(client()), third, between)),
        arguments("an authority's", shown(ROOT.issue(client().authority(0)))),
        arguments(
            "for servers",
            shown(
                ROOT.issue(
                    client()
                        .extra(
                            Extension.extendedKeyUsage,
                            false,
                            purpose(KeyPurposeId.id_kp_serverAuth))))),
        arguments(
            "for anything",
            shown(
                ROOT.issue(
                    client()
                        .extra(
                            Extension.extendedKeyUsage,
                            false,
                            purpose(KeyPurposeId.anyExtendedKeyUsage))))),
        arguments("of an authority for servers", shown(forServers.issue(client()), forServers)),
        arguments("for key agreement", shown(ROOT.issue(client().usage(KeyUsage.keyAgreement)))),
        arguments(
            "with an unknown critical extension",
            shown(
                ROOT.issue(
                    client()
                        .extra(new ASN1ObjectIdentifier("1.3.9999.1"), true, DERNull.INSTANCE)))),
        arguments("signed with SHA-1", shown(ROOT.issue(client().signature("SHA1withECDSA")))),
        arguments("of weak RSA", shown(ROOT.issue(client().pair(TestAuthority.pair("RSA", 1024))))),
        arguments("of no name", shown(ROOT.issue(wanted()))),
        arguments(
            "of a wildcard",
            shown(ROOT.issue(wanted().name(GeneralName.dNSName, "*.partner.example")))),
        arguments(
            "of a longer name", shown(ROOT.issue(wanted().name(GeneralName.dNSName, "x." + HOST)))),
        arguments("of its common name", shown(ROOT.issue(wanted().subject("CN=" + HOST)))),
        arguments(
            "of the same text as a URI",
            shown(ROOT.issue(wanted().name(GeneralName.uniformResourceIdentifier, HOST)))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bad")
  void anyOtherCertificateProvesNobody(String what, ShownCertificate shown) {
    assertRefused(issued(shown, BY_HOST));
  }

  /** RFC 8705 2.1.2: each of the five, and never by the value of another. */
  @ParameterizedTest
  @EnumSource(CertificateSubject.Kind.class)
  void certificateIsKnownByTheOneNameThatPolicySays(CertificateSubject.Kind kind) {
    Map<CertificateSubject.Kind, Wanted> certificates = new HashMap<>();
    Map<CertificateSubject.Kind, String> names = new HashMap<>();
    certificates.put(
        CertificateSubject.Kind.SUBJECT_DN, wanted().subject("O=Partner,CN=Printer 7"));
    names.put(CertificateSubject.Kind.SUBJECT_DN, "CN=Printer 7,O=Partner");
    certificates.put(CertificateSubject.Kind.SAN_DNS, client());
    names.put(CertificateSubject.Kind.SAN_DNS, HOST);
    certificates.put(
        CertificateSubject.Kind.SAN_URI,
        wanted().name(GeneralName.uniformResourceIdentifier, "urn:printer:7"));
    names.put(CertificateSubject.Kind.SAN_URI, "urn:printer:7");
    certificates.put(
        CertificateSubject.Kind.SAN_IP, wanted().name(GeneralName.iPAddress, "2001:db8::7"));
    names.put(CertificateSubject.Kind.SAN_IP, "2001:db8:0:0:0:0:0:7");
    certificates.put(
        CertificateSubject.Kind.SAN_EMAIL,
        wanted().name(GeneralName.rfc822Name, "p@partner.example"));
    names.put(CertificateSubject.Kind.SAN_EMAIL, "p@partner.example");
    CertificateSubject by = new CertificateSubject(kind, names.get(kind));
    certificates.forEach(
        (other, wanted) -> {
          Outcome<Proven> outcome = issued(shown(ROOT.issue(wanted)), by);
          if (other == kind) {
            assertProves(outcome);
          } else {
            assertRefused(outcome);
          }
        });
  }

  @Test
  void rootsOwnConstraintsOnNamesHold() {
    TestAuthority narrow =
        TestAuthority.root(
            wanted()
                .subject("CN=narrow")
                .authority(1)
                .extra(
                    Extension.nameConstraints,
                    true,
                    new NameConstraints(
                        new GeneralSubtree[] {
                          new GeneralSubtree(new GeneralName(GeneralName.dNSName, "else.example"))
                        },
                        null)));
    Proving proving = new Proving.Issued("partner", BY_HOST, NAME);
    assertRefused(prove(shown(narrow.issue(client())), proving, trust(narrow), Map.of()));
  }

  @Test
  void certificateProvesWhileAListSaysNothingAgainstIt() throws Exception {
    TestAuthority between = ROOT.below(between());
    X509Certificate leaf = between.issue(client());
    ShownCertificate shown = shown(leaf, between);
    Instant later = NOW.plusSeconds(60);
    X509CRL roots = ROOT.crl(later);
    assertProves(withLists(shown, roots, between.crl(later)));
    assertRefused(withLists(shown, roots, between.crl(later, leaf)));
    assertRefused(withLists(shown, ROOT.crl(later, between.certificate()), between.crl(later)));
    assertRefused(withLists(shown, roots));
    assertRefused(withLists(shown, roots, between.crl(NOW)));
    assertRefused(withLists(shown, roots, OTHER.crl(later)));
    assertRefused(withLists(shown, IMPOSTOR.crl(later), between.crl(later)));
  }

  /** Rule 10: what cannot be looked up is not taken for good. */
  @Test
  void nobodyProves_whereListsAreWantedAndNotThere() throws Exception {
    ShownCertificate shown = shown(ROOT.issue(client()));
    assertRefused(withFiles(shown, Map.of()));
    assertRefused(withFiles(shown, Map.of("partner", folder.resolve("none.pem"))));
    Path broken = Files.writeString(folder.resolve("broken.pem"), "no list");
    assertRefused(withFiles(shown, Map.of("partner", broken)));
  }

  private Outcome<Proven> withLists(ShownCertificate shown, X509CRL... lists) throws Exception {
    Path file = Files.createTempFile(folder, "lists", ".pem");
    for (X509CRL list : lists) {
      append(file, list);
    }
    return withFiles(shown, Map.of("partner", file));
  }

  private static void append(Path file, X509CRL list) throws Exception {
    try (var writer =
        new org.bouncycastle.openssl.jcajce.JcaPEMWriter(
            Files.newBufferedWriter(file, java.nio.file.StandardOpenOption.APPEND))) {
      writer.writeObject(list);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Outcome<Proven> withFiles(ShownCertificate shown, Map<String, Path> files) {
    CertificateTrust trust =
        new CertificateTrust(
            "partner", List.of(ROOT.certificate()), CertificateTrust.Revocation.CRL);
    return prove(shown, new Proving.Issued("partner", BY_HOST, NAME), trust, files);
  }

  /** RFC 8705 2.2: the very certificate; whoever signed it, and nobody's chain. */
  @Test
  void registeredCertificateProvesItself_andNoOther() {
    Wanted wanted = client();
    X509Certificate own = TestAuthority.root(wanted).certificate();
    Proving proving = new Proving.SelfSigned(NAME, List.of(own));
    assertProves(prove(shown(own), proving, trust(ROOT), Map.of()));
    X509Certificate sameKey = TestAuthority.root(wanted).certificate();
    assertRefused(prove(shown(sameKey), proving, trust(ROOT), Map.of()));
    assertRefused(prove(shown(ROOT.issue(client())), proving, trust(ROOT), Map.of()));
    X509Certificate ended = ROOT.issue(client().until(NOW.minusSeconds(1)));
    assertRefused(
        prove(shown(ended), new Proving.SelfSigned(NAME, List.of(ended)), trust(ROOT), Map.of()));
  }

  /** Where a list is fetched from would be the certificate's choice, and it would count, too. */
  @Test
  void listThatACertificateNamesIsNotFetched() throws Exception {
    AtomicInteger fetched = new AtomicInteger();
    byte[] good = ROOT.crl(NOW.plusSeconds(60)).getEncoded();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          fetched.incrementAndGet();
          exchange.sendResponseHeaders(200, good.length);
          exchange.getResponseBody().write(good);
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/list.crl";
      X509Certificate leaf =
          ROOT.issue(
              client()
                  .extra(
                      Extension.cRLDistributionPoints,
                      false,
                      new CRLDistPoint(
                          new DistributionPoint[] {
                            new DistributionPoint(
                                new DistributionPointName(
                                    new GeneralNames(
                                        new GeneralName(
                                            GeneralName.uniformResourceIdentifier, url))),
                                null,
                                null)
                          })));
      Path others = folder.resolve("others.crl");
      Files.write(others, OTHER.crl(NOW.plusSeconds(60)).getEncoded());
      assertRefused(
          prove(
              shown(leaf),
              new Proving.Issued("partner", BY_HOST, NAME),
              new CertificateTrust(
                  "partner", List.of(ROOT.certificate()), CertificateTrust.Revocation.CRL),
              Map.of("partner", others)));
      assertThat(fetched).hasValue(0);
    } finally {
      server.stop(0);
    }
  }
}
