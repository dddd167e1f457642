package dev.mayfly.revocation.ocsp;

import static dev.mayfly.credential.x509.TestHierarchy.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.credential.ssh.SshPrograms;
import dev.mayfly.credential.x509.Pem;
import dev.mayfly.credential.x509.Responder;
import dev.mayfly.credential.x509.TestHierarchy;
import dev.mayfly.key.Alg;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.KeyId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ocsp.CertStatus;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An OCSP answer under each algorithm that a responder may have, read by OpenSSL and BC. */
class AnsweringAlgorithmsTest {

  private static final CredentialId LEAF = CredentialId.of("019ab7b0-0000-7000-8000-00000000cafe");

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(Alg.class)
  void answerIsBelieved_underEveryAlgorithm(Alg alg) throws Exception {
    TestHierarchy house = new TestHierarchy(alg);
    byte[] leaf = house.svid(LEAF);
    TestHierarchy.Answerer answerer = house.responder();
    Responder responder =
        new Responder(
            answerer.key().id(), new KeyId("issuer"), answerer.der(), answerer.key().notAfter());
    byte[] answer =
        Answering.sign(
            responder,
            answerer.key(),
            NOW,
            List.of(
                new Answering.Single(
                    name(house, leaf), new CertStatus(), NOW, NOW.plus(Duration.ofHours(1)))),
            Optional.empty());
    BasicOCSPResp read = (BasicOCSPResp) new OCSPResp(answer).getResponseObject();
    assertThat(
            read.isSignatureValid(
                new JcaContentVerifierProviderBuilder()
                    .setProvider(new BouncyCastleProvider())
                    .build(read.getCerts()[0])))
        .isTrue();
    assertThat(read.getResponses()[0].getCertStatus()).isNull(); // BC's word for good
    if (alg != Alg.ML_DSA_65) { // OpenSSL knows it from 3.5 on
      assertThat(openssl(house, leaf, answer)).contains("Response verify OK", "leaf.pem: good");
    }
  }

  private static org.bouncycastle.asn1.ocsp.CertID name(TestHierarchy house, byte[] leaf)
      throws Exception {
    return new CertificateID(
            new JcaDigestCalculatorProviderBuilder().build().get(CertificateID.HASH_SHA1),
            new X509CertificateHolder(house.issuing),
            new X509CertificateHolder(leaf).getSerialNumber())
        .toASN1Primitive();
  }

  private String openssl(TestHierarchy house, byte[] leaf, byte[] answer) throws Exception {
    Path file = Files.write(folder.resolve("answer.der"), answer);
    return SshPrograms.run(
            "openssl",
            "ocsp",
            "-respin",
            file.toString(),
            "-no_nonce",
            "-validity_period", // the clock of this program is nobody's to set
            "1000000000",
            "-attime",
            Long.toString(NOW.plusSeconds(60).getEpochSecond()),
            "-issuer",
            pem("issuing", house.issuing),
            "-cert",
            pem("leaf", leaf),
            "-verify_other",
            pem("issuing", house.issuing),
            "-CAfile",
            pem("root", house.root))
        .text();
  }

  private String pem(String name, byte[] der) throws Exception {
    return Files.writeString(folder.resolve(name + ".pem"), Pem.certificate(der)).toString();
  }
}
