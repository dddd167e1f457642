package dev.mayfly.credential.x509;

import static dev.mayfly.credential.x509.TestHierarchy.NOW;
import static dev.mayfly.credential.x509.TestHierarchy.key;
import static dev.mayfly.credential.x509.TestHierarchy.keyPair;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.key.Alg;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is signed is believed by others: OpenSSL's strictest reading, SunPKIX and Bouncy Castle. */
@SuppressWarnings("JavaUtilDate") // PKIX takes no other time
class CertificateSigningTest {

  private static final Instant LATER = NOW.plus(Duration.ofMinutes(1));

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Alg.class)
  void everyProfileIsBelieved_underEveryAlgorithm(Alg alg) throws Exception {
    TestHierarchy house = new TestHierarchy(alg);
    for (CertificateTemplate template : leaves(house)) {
      byte[] leaf = house.issue(template);
      if (alg != Alg.ML_DSA_65) { // OpenSSL knows it from 3.5 on
        assertThat(openssl(house, leaf)).isEqualTo("leaf.pem: OK");
      }
      validate("SUN", house, leaf);
      validate(new BouncyCastleProvider(), house, leaf);
    }
  }

  /** RFC 5280 4.1.2.5: the last second is part of it, so the whole is never longer (rule 4). */
  @Test
  void certificateEndsWithTheLastWholeSecond() throws Exception {
    TestHierarchy house = new TestHierarchy(Alg.ES256);
    X509Certificate svid = certificate(house.issue(TestHierarchy.svid()));
    assertThat(svid.getNotAfter().toInstant()).isEqualTo("2026-11-22T08:59:59Z");
    assertThat(svid.getNotBefore().toInstant()).isEqualTo("2026-11-22T07:58:00Z");
  }

  @Test
  void grantStandsInItsExtension() throws Exception {
    TestHierarchy house = new TestHierarchy(Alg.ES256);
    byte[] value =
        certificate(house.issue(TestHierarchy.svid())).getExtensionValue(GrantExtension.OID);
    assertThat(new String(value, StandardCharsets.US_ASCII))
        .endsWith(TestHierarchy.GRANT.toString());
    assertThat(Files.readString(Path.of("docs/certificates.md"))).contains(GrantExtension.OID);
  }

  /** An issuing authority cannot make another: path length 0. */
  @Test
  void nothingIsBelievedBelowALeaf() throws Exception {
    TestHierarchy house = new TestHierarchy(Alg.ES256);
    assertThat(certificate(house.issuing).getBasicConstraints()).isZero();
    assertThat(certificate(house.root).getBasicConstraints()).isOne();
    assertThat(certificate(house.issue(TestHierarchy.svid())).getBasicConstraints()).isEqualTo(-1);
  }

  private static List<CertificateTemplate> leaves(TestHierarchy house) {
    SubjectKey key = key(keyPair("ES256"));
    Set<SubjectName> server =
        Set.of(
            SubjectName.parse("dns:orders.shop.example"),
            SubjectName.parse("ip:10.0.0.7"),
            SubjectName.parse("ip:2001:db8::7"));
    return List.of(
        TestHierarchy.svid(),
        TestHierarchy.leaf(new Purpose.TlsServer(), key, server),
        TestHierarchy.leaf(
            new Purpose.TlsClient(), key, Set.of(SubjectName.parse("email:ann@shop.example"))),
        TestHierarchy.leaf(
            new Purpose.Custom(Set.of("1.3.6.1.5.5.7.3.3")),
            key,
            Set.of(SubjectName.parse("uri:https://build.shop.example/"))),
        house.responderTemplate());
  }

  private static void validate(Object provider, TestHierarchy house, byte[] leaf) throws Exception {
    Provider pkix =
        provider instanceof Provider given ? given : Security.getProvider(provider.toString());
    PKIXParameters parameters =
        new PKIXParameters(Set.of(new TrustAnchor(certificate(house.root), null)));
    parameters.setRevocationEnabled(false);
    parameters.setDate(java.util.Date.from(LATER));
    CertPathValidator.getInstance("PKIX", pkix)
        .validate(
            CertificateFactory.getInstance("X.509")
                .generateCertPath(List.of(certificate(leaf), certificate(house.issuing))),
            parameters);
  }

  private String openssl(TestHierarchy house, byte[] leaf) throws Exception {
    write("root.pem", house.root);
    write("issuing.pem", house.issuing);
    write("leaf.pem", leaf);
    Process process =
        new ProcessBuilder(
                "openssl",
                "verify",
                "-x509_strict",
                "-attime",
                Long.toString(LATER.getEpochSecond()),
                "-CAfile",
                "root.pem",
                "-untrusted",
                "issuing.pem",
                "leaf.pem")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  private void write(String name, byte[] der) throws Exception {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Files.writeString(
        folder.resolve(name),
        "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n");
  }

  private static X509Certificate certificate(byte[] der) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }
}
