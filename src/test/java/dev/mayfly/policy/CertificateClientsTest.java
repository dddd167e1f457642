package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the policy says of clients that show a certificate: read, and judged. */
class CertificateClientsTest {

  private static List<String> codes(String... fragments) {
    String[] all = new String[fragments.length + 1];
    all[0] = DocumentedPolicy.clients();
    System.arraycopy(fragments, 0, all, 1, fragments.length);
    return PolicyDocument.judge(DocumentedPolicy.with(all), DocumentedPolicy.NOW)
        .findings()
        .stream()
        .map(Finding::code)
        .toList();
  }

  /** The certificate of a text block of the page, as a YAML text. */
  private static String pem(String entry) {
    String clients = DocumentedPolicy.clients();
    int start = clients.indexOf("-----BEGIN", clients.indexOf(entry));
    String end = "-----END CERTIFICATE-----";
    return clients
        .substring(start, clients.indexOf(end, start) + end.length())
        .replaceAll("\\s*\\n\\s*", "\\\\n");
  }

  private static String entry(String id, String certificate) {
    return "identities: {%s: {kind: workload, owner: o, environment: prod, review: 2027-01-01, certificate: {%s, spiffe-id: 'spiffe://shop.example/%s'}}}"
        .formatted(id, certificate, id);
  }

  @Test
  void documentedClientsAreClean() {
    assertThat(codes()).isEmpty();
  }

  @Test
  void clientIsFoundByItsName() {
    CompiledPolicy policy =
        CompiledPolicy.of(
            DocumentedPolicy.policy(DocumentedPolicy.clients()), "https://mayfly.shop.example");
    assertThat(policy.certified("spiffe://shop.example/warehouse/printer")).isPresent();
    assertThat(policy.certified("spiffe://shop.example/warehouse/scanner")).isPresent();
    assertThat(policy.certified("spiffe://shop.example/storefront/checkout")).isEmpty();
    assertThat(policy.client("spiffe://shop.example/warehouse/printer")).isEmpty();
  }

  @Test
  void certificateOrKeyThatIsSomebodyElsesIsFound() {
    assertThat(codes(entry("second", "trust: partner, san-dns: PRINTER.partner.example")))
        .containsExactly("shared-key");
    assertThat(codes(entry("second", "self-signed: [\"" + pem("scanner:") + "\"]")))
        .containsExactly("shared-key");
    assertThat(
            codes(
                "trusts: {again: {x509: {authorities: [\"%s\"], revocation: none}}}"
                    .formatted(pem("partner:"))))
        .containsExactly("shared-key");
    assertThat(codes(entry("second", "trust: partner, san-dns: other.partner.example"))).isEmpty();
  }

  @Test
  void authorityIsOne() {
    assertThat(
            codes(
                "trusts: {again: {x509: {authorities: [\"%s\"], revocation: none}}}"
                    .formatted(LEAF.replace("\n", "\\n"))))
        .containsExactly("bad-certificate");
  }

  @ParameterizedTest
  @CsvSource({
    "trust: github,unknown-trust",
    "trust: nobody,unknown-trust",
    "spiffe-id: 'spiffe://elsewhere.example/x',outside-trust-domain",
    "spiffe-id: 'spiffe://shop.example/storefront/checkout',duplicate-spiffe-id",
    "san-uri: 'urn:x',missing-key",
    "san-dns: '*.partner.example',bad-value",
  })
  void whatCannotBeMeantIsFound(String change, String code) {
    assertThat(codes("identities: {printer: {certificate: {%s}}}".formatted(change)))
        .contains(code);
  }

  @Test
  void privateKeyIsNotRepeated() {
    List<Finding> findings =
        PolicyDocument.judge(
                DocumentedPolicy.with(
                    DocumentedPolicy.clients(),
                    "identities: {scanner: {certificate: {self-signed: ['-----BEGIN PRIVATE KEY----- c2VjcmV0']}}}"),
                DocumentedPolicy.NOW)
            .findings();
    assertThat(findings).extracting(Finding::code).containsExactly("private-key");
    assertThat(findings.toString()).doesNotContain("c2VjcmV0");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10.0.0",
        "10.0.0.256",
        "localhost",
        "::ffff:10.0.0.7",
        "fe80::1%eth0",
        "0x0a.0.0.7",
        ""
      })
  void addressIsALiteral(String text) {
    assertThat(CertificateSubject.parse(CertificateSubject.Kind.SAN_IP, text)).isEmpty();
  }

  @Test
  void sameNameIsOneHoweverItIsWritten() {
    for (String[] same :
        new String[][] {
          {"SAN_IP", "2001:db8::7", "2001:0DB8:0:0::7"},
          {"SAN_DNS", "a.example", "A.Example"},
          {"SUBJECT_DN", "CN=Printer 7,O=Partner", "CN=Printer 7, O=Partner"},
        }) {
      CertificateSubject.Kind kind = CertificateSubject.Kind.valueOf(same[0]);
      assertThat(CertificateSubject.parse(kind, same[1]))
          .isPresent()
          .isEqualTo(CertificateSubject.parse(kind, same[2]));
    }
    assertThat(CertificateSubject.parse(CertificateSubject.Kind.SUBJECT_DN, "Printer 7")).isEmpty();
  }

  /** Of P-256, with cA false, until 2051. */
  private static final String LEAF =
      """
      -----BEGIN CERTIFICATE-----
      MIIBUDCB96ADAgECAhRr7qnW2v5RhBqKY0jIu5RXQorY6zAKBggqhkjOPQQDAjAP
      MQ0wCwYDVQQDDARsZWFmMCAXDTI2MTEyMjExMjEyNFoYDzIwNTEwNzE0MTEyMTI0
      WjAPMQ0wCwYDVQQDDARsZWFmMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAES4oe
      yYwO3F7fPGDlcxzWyWu93Q3Tn5Yb6SkUkh1iT9EcKhRBtlb+Fk+vEFaTyADgcAw2
      xcfWTZ0VGJ9n8OXCMaMvMC0wDAYDVR0TAQH/BAIwADAdBgNVHQ4EFgQUwIP7f226
      rMw8Uj8NIyYR/VP5XUcwCgYIKoZIzj0EAwIDSAAwRQIhAJ2i2kKnsOathBcnqFjw
      vuF20TZbDfaY81y25PKcOZt8AiBw16PuVFHOG89Pe02Dy6gAuIFgQMYxuHE7Iro4
      YAktyw==
      -----END CERTIFICATE-----
      """;
}
