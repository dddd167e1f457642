package dev.mayfly.credential.x509;

import static dev.mayfly.credential.x509.TestHierarchy.why;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.key.Alg;
import dev.mayfly.policy.SpiffeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.Extension;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The negative vectors of the SPIFFE specifications, one and more for each MUST; the table in
 * docs/spiffe-conformance.md has the same lines.
 */
class SpiffeConformanceTest {

  private static final TestHierarchy HOUSE = new TestHierarchy(Alg.ES256);
  private static final CertificateTemplate SVID = TestHierarchy.svid();

  /** A SPIFFE ID that breaks one demand of SPIFFE-ID 2. */
  record BadId(String id, String text) {}

  static Stream<BadId> ids() {
    return Stream.of(
        new BadId("ID-1", "https://shop.example/orders"),
        new BadId("ID-1", "spiffe:shop.example/orders"),
        new BadId("ID-1", "shop.example/orders"),
        new BadId("ID-1", ""),
        new BadId("ID-1", "SPIFFE://shop.example/orders"),
        new BadId("ID-2", "spiffe:///orders"),
        new BadId("ID-2", "spiffe://" + "a".repeat(256) + "/orders"),
        new BadId("ID-3", "spiffe://Shop.example/orders"),
        new BadId("ID-3", "spiffe://shop%2eexample/orders"),
        new BadId("ID-3", "spiffe://shöp.example/orders"),
        new BadId("ID-3", "spiffe://sh\u043ep.example/orders"),
        new BadId("ID-3", "spiffe://shop example/orders"),
        new BadId("ID-4", "spiffe://user@shop.example/orders"),
        new BadId("ID-4", "spiffe://user:secret@shop.example/orders"),
        new BadId("ID-5", "spiffe://shop.example:8443/orders"),
        new BadId("ID-5", "spiffe://shop.example:/orders"),
        new BadId("ID-6", "spiffe://shop.example/orders?a=b"),
        new BadId("ID-6", "spiffe://shop.example/orders#a"),
        new BadId("ID-7", "spiffe://shop.example//orders"),
        new BadId("ID-7", "spiffe://shop.example/orders//a"),
        new BadId("ID-8", "spiffe://shop.example/./orders"),
        new BadId("ID-8", "spiffe://shop.example/orders/../billing"),
        new BadId("ID-9", "spiffe://shop.example/orders/"),
        new BadId("ID-9", "spiffe://shop.example/"),
        new BadId("ID-10", "spiffe://shop.example/or%64ers"),
        new BadId("ID-10", "spiffe://shop.example/orders;a"),
        new BadId("ID-10", "spiffe://shop.example/\u043erders"),
        new BadId("ID-10", "spiffe://shop.example/or\u0000ders"),
        new BadId("ID-11", "spiffe://shop.example/" + "a".repeat(2_048)));
  }

  @ParameterizedTest
  @MethodSource("ids")
  void idIsRefused_whenItBreaksTheGrammar(BadId bad) {
    assertThat(
            SubjectName.problem(SubjectName.Kind.URI, bad.text())
                .or(
                    () ->
                        bad.text().startsWith("spiffe:")
                            ? java.util.Optional.empty()
                            : java.util.Optional.of("no SPIFFE ID")))
        .isPresent();
    assertThat(SpiffeId.problem(bad.text(), "shop.example")).isPresent();
  }

  /** ID-11: 2048 bytes have to be taken. */
  @Test
  void longestIdIsTaken() {
    String longest = "spiffe://shop.example/" + "a".repeat(2_048 - 22);
    assertThat(longest).hasSize(2_048);
    SubjectName name = new SubjectName(SubjectName.Kind.URI, longest);
    byte[] der = HOUSE.issue(TestHierarchy.leaf(new Purpose.Svid(), SVID.key(), Set.of(name)));
    assertThat(der).isNotEmpty();
  }

  /** What an X509-SVID must not be, and what Mayfly answers when it is asked to make one so. */
  record BadSvid(String id, String finding, Purpose.Leaf purpose, Set<SubjectName> names) {}

  static Stream<BadSvid> svids() {
    SubjectName other = SubjectName.parse("uri:spiffe://shop.example/other");
    SubjectName web = SubjectName.parse("uri:https://shop.example/");
    SubjectName dns = SubjectName.parse("dns:orders.shop.example");
    Purpose.Svid svid = new Purpose.Svid();
    return Stream.of(
        new BadSvid("SVID-1", "SVID_HAS_ONE_SPIFFE_ID", svid, Set.of(TestHierarchy.SVID, other)),
        new BadSvid("SVID-1", "SVID_HAS_ONE_SPIFFE_ID", svid, Set.of(TestHierarchy.SVID, web)),
        new BadSvid("SVID-1", "SVID_HAS_ONE_SPIFFE_ID", svid, Set.of(web)),
        new BadSvid("SVID-1", "SVID_HAS_ONE_SPIFFE_ID", svid, Set.of(dns)),
        new BadSvid(
            "SVID-2",
            "NO_SPIFFE_ID_BUT_IN_AN_SVID",
            new Purpose.TlsServer(),
            Set.of(TestHierarchy.SVID)),
        new BadSvid(
            "SVID-2",
            "NO_SPIFFE_ID_BUT_IN_AN_SVID",
            new Purpose.Custom(Set.of("1.3.6.1.5.5.7.3.3")),
            Set.of(dns, TestHierarchy.SVID)));
  }

  @ParameterizedTest
  @MethodSource("svids")
  void svidIsNotIssued_whenItIsNone(BadSvid bad) {
    CertificateTemplate template = TestHierarchy.leaf(bad.purpose(), SVID.key(), bad.names());
    byte[] toBeSigned = CertificateBuilder.toBeSigned(template, HOUSE.issuer, SignatureForm.ES256);
    byte[] certificate = SignatureForm.ES256.assemble(toBeSigned, new byte[64]);
    assertThat(ProfileLint.before(certificate, template, HOUSE.issuer))
        .anyMatch(finding -> finding.startsWith(bad.finding()));
  }

  /** SVID-6: an authority that says it is none, or may sign no certificates, is never made. */
  static Stream<Arguments> authorities() {
    return Stream.of(
        Arguments.of("AUTHORITY_IS_SAID", "2.5.29.19", "3000"),
        Arguments.of("AUTHORITY_IS_SAID", "2.5.29.19", ""),
        Arguments.of("KEY_USAGE_IS_EXACT", "2.5.29.15", "03020780"),
        Arguments.of("KEY_USAGE_IS_EXACT", "2.5.29.15", "03020102"),
        Arguments.of("KEY_USAGE_IS_EXACT", "2.5.29.15", ""));
  }

  @ParameterizedTest
  @MethodSource("authorities")
  void signingCertificateIsNotMade_whenItIsNone(String finding, String oid, String value)
      throws Exception {
    CertificateTemplate issuing = HOUSE.issuingTemplate();
    Issuer root = TestHierarchy.value(Issuer.of(HOUSE.root, HOUSE.rootKey.getPublic()));
    byte[] good = CertificateBuilder.toBeSigned(issuing, root, SignatureForm.ES256);
    assertThat(findings(good, issuing, root)).isEmpty();
    Optional<Extension> other =
        Optional.of(value)
            .filter(hex -> !hex.isEmpty())
            .map(
                hex ->
                    new Extension(
                        new ASN1ObjectIdentifier(oid),
                        true,
                        new DEROctetString(HexFormat.of().parseHex(hex))));
    byte[] broken = BrokenCertificates.replaced(good, oid, other);
    assertThat(findings(broken, issuing, root)).anyMatch(found -> found.startsWith(finding));
  }

  private static List<String> findings(byte[] toBeSigned, CertificateTemplate asked, Issuer root) {
    return ProfileLint.before(SignatureForm.ES256.assemble(toBeSigned, new byte[64]), asked, root);
  }

  /** SVID-7: an OCSP signer speaks for the authority, and is no workload. */
  @Test
  void responderIsNoSvid() throws Exception {
    byte[] der = HOUSE.issue(HOUSE.responderTemplate());
    ParsedCertificate read = ParsedCertificate.read(der);
    assertThat(read.extension(ExtensionValues.SUBJECT_ALTERNATIVE_NAME)).isEmpty();
  }

  /** SVID-3 to 5: nobody gets an authority, or another's identity, by asking. */
  @Test
  void requestForAnAuthorityOrAnothersIdIsRefused() {
    TestRequest authority =
        new TestRequest(TestHierarchy.keyPair("ES256")).extension("2.5.29.19", "30030101ff");
    TestRequest another =
        new TestRequest(TestHierarchy.keyPair("ES256")).names("uri:spiffe://shop.example/other");
    for (TestRequest request : List.of(authority, another)) {
      assertThat(
              why(
                  CertificationRequest.parse(request.der())
                      .then(
                          r -> r.wishes().within(new Purpose.Svid(), Set.of(TestHierarchy.SVID)))))
          .startsWith("the request asks");
    }
  }

  /** The page names every demand that is tested here, so that neither goes without the other. */
  @Test
  void pageHasEveryDemandThatIsTested() throws IOException {
    String page = Files.readString(Path.of("docs/spiffe-conformance.md"));
    Stream.concat(ids().map(BadId::id), svids().map(BadSvid::id))
        .distinct()
        .forEach(id -> assertThat(page).contains("| " + id + " |"));
  }
}
