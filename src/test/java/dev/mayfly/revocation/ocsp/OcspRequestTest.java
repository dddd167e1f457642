package dev.mayfly.revocation.ocsp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.OCSPReqBuilder;
import org.junit.jupiter.api.Test;

/** Requests of strangers: read or refused, never a failure. */
class OcspRequestTest {

  @Test
  void requestIsRead() throws Exception {
    OcspRequest request = OcspRequest.read(good()).orElseThrow();
    assertThat(request.certificates())
        .singleElement()
        .satisfies(id -> assertThat(id.getSerialNumber().getValue()).isEqualTo(BigInteger.TEN));
    assertThat(request.nonce()).isPresent();
  }

  /** RFC 6960 4.4: what is critical must be understood. */
  @Test
  void requestIsRefused_whenItHasACriticalExtensionNobodyKnows() throws Exception {
    assertThat(OcspRequest.read(with(new ASN1ObjectIdentifier("1.3.6.1.5.5.7.48.1.99"), true)))
        .isEmpty();
    assertThat(OcspRequest.read(with(new ASN1ObjectIdentifier("1.3.6.1.5.5.7.48.1.99"), false)))
        .isPresent();
  }

  /** They are no hash's, and an answer would be kept for each of them. */
  @Test
  void requestIsRefused_whenTheHashOfItsIssuerHasParameters() throws Exception {
    assertThat(OcspRequest.read(hashedWith(DERNull.INSTANCE))).isPresent();
    assertThat(OcspRequest.read(hashedWith(new ASN1Integer(1)))).isEmpty();
    assertThat(OcspRequest.read(hashedWith(new DERSequence(new ASN1Integer(1))))).isEmpty();
  }

  /** Whatever a client writes around it, the question is the one that a plain client asks. */
  @Test
  void askersOfTheSameHaveItsBytesInCommon() throws Exception {
    AlgorithmIdentifier hash = new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256);
    byte[] plain = about(hash).build().getEncoded();
    assertThat(OcspRequest.read(plain).orElseThrow().common()).hasValue(plain);
    byte[] more = with(new ASN1ObjectIdentifier("1.3.6.1.5.5.7.48.1.99"), false);
    assertThat(more).isNotEqualTo(plain);
    assertThat(OcspRequest.read(more).orElseThrow().common()).hasValue(plain);
    assertThat(OcspRequest.read(good()).orElseThrow().common()).isEmpty();
  }

  @Test
  void nothingButARefusalComesOfChance() throws Exception {
    byte[] good = good();
    Random random = new Random(6960);
    for (int i = 0; i < 20_000; i++) {
      byte[] mutated = Arrays.copyOf(good, random.nextInt(good.length / 2, good.length + 3));
      for (int flips = random.nextInt(5); flips >= 0; flips--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
      }
      assertThatCode(() -> OcspRequest.read(mutated)).doesNotThrowAnyException();
    }
  }

  @Test
  void nestingEndsInARefusal() {
    byte[] nested = new byte[OcspRequest.LONGEST];
    for (int i = 0; i < nested.length; i += 2) {
      nested[i] = 0x30;
      nested[i + 1] = (byte) 0x80; // indefinite length
    }
    assertThat(OcspRequest.read(nested)).isEmpty();
  }

  private static byte[] good() throws Exception {
    return with(OCSPObjectIdentifiers.id_pkix_ocsp_nonce, false);
  }

  private static byte[] with(ASN1ObjectIdentifier extension, boolean critical) throws Exception {
    byte[] value = new DEROctetString(new byte[32]).getEncoded();
    return about(new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256))
        .setRequestExtensions(
            new Extensions(new Extension(extension, critical, new DEROctetString(value))))
        .build()
        .getEncoded();
  }

  private static byte[] hashedWith(ASN1Encodable parameters) throws Exception {
    return about(new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, parameters))
        .build()
        .getEncoded();
  }

  private static OCSPReqBuilder about(AlgorithmIdentifier hash) {
    return new OCSPReqBuilder()
        .addRequest(
            new CertificateID(
                new CertID(
                    hash,
                    new DEROctetString(new byte[32]),
                    new DEROctetString(new byte[32]),
                    new ASN1Integer(BigInteger.TEN))));
  }
}
