package dev.mayfly.revocation.ocsp;

import dev.mayfly.credential.x509.Responder;
import dev.mayfly.credential.x509.SignatureForm;
import dev.mayfly.key.SigningKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERGeneralizedTime;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.ocsp.BasicOCSPResponse;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.CertStatus;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.asn1.ocsp.OCSPResponseStatus;
import org.bouncycastle.asn1.ocsp.ResponderID;
import org.bouncycastle.asn1.ocsp.ResponseBytes;
import org.bouncycastle.asn1.ocsp.ResponseData;
import org.bouncycastle.asn1.ocsp.SingleResponse;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;

/**
 * Writes and signs a BasicOCSPResponse (RFC 6960 4.2.1), with the responder's certificate in it.
 */
final class Answering {

  private Answering() {}

  /** What is said of one certificate, in the request's own words for it. */
  record Single(CertID certificate, CertStatus status, Instant thisUpdate, Instant nextUpdate) {}

  /** An OCSPResponse in DER. */
  static byte[] sign(
      Responder responder,
      SigningKey key,
      Instant producedAt,
      List<Single> singles,
      Optional<Extension> nonce) {
    SignatureForm form = SignatureForm.of(key.alg());
    Certificate certificate = Certificate.getInstance(responder.der());
    ResponseData data =
        new ResponseData(
            byKey(certificate),
            time(producedAt),
            new DERSequence(singles.stream().map(Answering::written).toArray(ASN1Encodable[]::new)),
            nonce.map(Extensions::new).orElse(null));
    byte[] toBeSigned = encoded(data);
    ASN1Sequence signed = ASN1Sequence.getInstance(form.assemble(toBeSigned, key.sign(toBeSigned)));
    BasicOCSPResponse basic =
        new BasicOCSPResponse(
            data,
            AlgorithmIdentifier.getInstance(signed.getObjectAt(1)),
            new DERBitString(ASN1BitString.getInstance(signed.getObjectAt(2)).getBytes()),
            new DERSequence(certificate));
    return encoded(
        new OCSPResponse(
            new OCSPResponseStatus(OCSPResponseStatus.SUCCESSFUL),
            new ResponseBytes(
                OCSPObjectIdentifiers.id_pkix_ocsp_basic, new DEROctetString(encoded(basic)))));
  }

  /** RFC 6960 4.2.1: the SHA-1 of the key, without tag, length and unused bits. */
  private static ResponderID byKey(Certificate certificate) {
    byte[] key = certificate.getSubjectPublicKeyInfo().getPublicKeyData().getBytes();
    return new ResponderID(new DEROctetString(IssuerHash.SHA1.of(key)));
  }

  private static SingleResponse written(Single single) {
    return new SingleResponse(
        single.certificate(),
        single.status(),
        time(single.thisUpdate()),
        time(single.nextUpdate()),
        (Extensions) null);
  }

  private static ASN1GeneralizedTime time(Instant instant) {
    return new DERGeneralizedTime(Date.from(instant));
  }

  private static byte[] encoded(org.bouncycastle.asn1.ASN1Object value) {
    try {
      return value.getEncoded(ASN1Encoding.DER);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
  }
}
