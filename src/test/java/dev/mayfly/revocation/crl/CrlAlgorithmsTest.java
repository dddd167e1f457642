package dev.mayfly.revocation.crl;

import static dev.mayfly.credential.x509.TestHierarchy.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.credential.ssh.SshPrograms;
import dev.mayfly.credential.x509.Pem;
import dev.mayfly.credential.x509.TestHierarchy;
import dev.mayfly.key.Alg;
import dev.mayfly.store.CredentialId;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.cert.X509CRLHolder;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A CRL under each algorithm that an authority may have, read by OpenSSL, the JDK and BC. */
class CrlAlgorithmsTest {

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Alg.class)
  void crlIsBelieved_underEveryAlgorithm(Alg alg) throws Exception {
    TestHierarchy house = new TestHierarchy(alg);
    CredentialId gone = CredentialId.of("019ab7b0-0000-7000-8000-00000000dead");
    CredentialId good = CredentialId.of("019ab7b0-0000-7000-8000-00000000cafe");
    byte[] crl =
        CrlDocument.signed(
            new CrlDocument(
                Optional.of("http://broker.example/crl/1.crl"),
                7,
                NOW,
                NOW.plus(Duration.ofHours(1)),
                List.of(new CrlEntries.Entry(gone, NOW, Optional.of(9)))),
            house.issuer,
            house.issuingSigner());
    CertificateFactory jdk = CertificateFactory.getInstance("X.509");
    X509CRL read = (X509CRL) jdk.generateCRL(new ByteArrayInputStream(crl));
    X509Certificate issuing =
        (X509Certificate) jdk.generateCertificate(new ByteArrayInputStream(house.issuing));
    read.verify(issuing.getPublicKey());
    assertThat(read.getRevokedCertificates()).hasSize(1);
    assertThat(
            new X509CRLHolder(crl)
                .isSignatureValid(
                    new JcaContentVerifierProviderBuilder()
                        .setProvider(new BouncyCastleProvider())
                        .build(new X509CertificateHolder(house.issuing))))
        .isTrue();
    if (alg != Alg.ML_DSA_65) { // OpenSSL knows it from 3.5 on
      assertThat(openssl(house, crl, good)).contains("leaf.pem: OK");
      assertThat(openssl(house, crl, gone)).contains("certificate revoked");
    }
  }

  private String openssl(TestHierarchy house, byte[] crl, CredentialId id) throws Exception {
    Files.write(folder.resolve("list.der"), crl);
    String list = folder.resolve("list.pem").toString();
    SshPrograms.run(
            "openssl",
            "crl",
            "-inform",
            "DER",
            "-in",
            folder.resolve("list.der").toString(),
            "-out",
            list)
        .well();
    return SshPrograms.run(
            "openssl",
            "verify",
            "-x509_strict",
            "-crl_check",
            "-attime",
            Long.toString(NOW.plusSeconds(60).getEpochSecond()),
            "-CAfile",
            pem("root", house.root),
            "-untrusted",
            pem("issuing", house.issuing),
            "-CRLfile",
            list,
            pem("leaf", house.svid(id)))
        .text();
  }

  private String pem(String name, byte[] der) throws Exception {
    return Files.writeString(folder.resolve(name + ".pem"), Pem.certificate(der)).toString();
  }
}
