package dev.mayfly.revocation.ocsp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPRequest;
import org.bouncycastle.asn1.ocsp.Request;
import org.bouncycastle.asn1.ocsp.TBSRequest;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;

/**
 * What somebody asks (RFC 6960 4.1). A signature on it is not looked at: everybody is answered.
 *
 * @param certificates one at least
 * @param nonce as it is to be repeated: the whole extension
 */
record OcspRequest(List<CertID> certificates, Optional<Extension> nonce) {

  /** A question about one certificate has less than 200 bytes. */
  static final int LONGEST = 4096;

  private static final int MOST_CERTIFICATES = 16;

  /** RFC 9654 2.1. */
  private static final int LONGEST_NONCE = 128;

  OcspRequest {
    certificates = List.copyOf(certificates);
  }

  /**
   * The request that asks the same and nothing else, in DER: what all have in common whose answer
   * can be the same. Empty where the answer is the asker's alone.
   */
  Optional<byte[]> common() {
    if (nonce.isPresent() || certificates.size() > 1) {
      return Optional.empty();
    }
    DERSequence asked = new DERSequence(new Request(certificates.getFirst(), null));
    try {
      return Optional.of(
          new OCSPRequest(new TBSRequest(null, asked, (Extensions) null), null)
              .getEncoded(ASN1Encoding.DER));
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
  }

  /** Empty for what is malformed, or longer or about more than anybody needs. */
  static Optional<OcspRequest> read(byte[] der) {
    if (der.length > LONGEST) {
      return Optional.empty();
    }
    try {
      return read(OCSPRequest.getInstance(ASN1Primitive.fromByteArray(der)).getTbsRequest());
    } catch (IOException | RuntimeException e) { // the parser throws many kinds at bad input
      return Optional.empty();
    }
  }

  private static Optional<OcspRequest> read(TBSRequest request) throws IOException {
    List<Request> asked =
        Arrays.stream(request.getRequestList().toArray()).map(Request::getInstance).toList();
    Optional<Extensions> extensions = Optional.ofNullable(request.getRequestExtensions());
    Optional<Extension> nonce =
        extensions.map(all -> all.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce));
    boolean good =
        request.getVersion().hasValue(0)
            && !asked.isEmpty()
            && asked.size() <= MOST_CERTIFICATES
            && extensions.map(OcspRequest::isUnderstood).orElse(true)
            && asked.stream()
                .map(Request::getSingleRequestExtensions)
                .allMatch(each -> each == null || isUnderstood(each))
            && (nonce.isEmpty() || isGood(nonce.get()))
            && asked.stream().map(Request::getReqCert).allMatch(OcspRequest::isPlain);
    return good
        ? Optional.of(new OcspRequest(asked.stream().map(Request::getReqCert).toList(), nonce))
        : Optional.empty();
  }

  /** What is critical must be understood (RFC 6960 4.4), and a nonce is all that is here. */
  private static boolean isUnderstood(Extensions extensions) {
    return Arrays.stream(extensions.getCriticalExtensionOIDs()).allMatch(OcspRequest::isNonce);
  }

  private static boolean isNonce(ASN1ObjectIdentifier oid) {
    return oid.equals(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
  }

  /** No hash that names an issuer has parameters; what stood there would be kept and repeated. */
  private static boolean isPlain(CertID certificate) {
    ASN1Encodable parameters = certificate.getHashAlgorithm().getParameters();
    return parameters == null || DERNull.INSTANCE.equals(parameters);
  }

  private static boolean isGood(Extension nonce) throws IOException {
    ASN1Encodable value = ASN1Primitive.fromByteArray(nonce.getExtnValue().getOctets());
    int length = ASN1OctetString.getInstance(value).getOctets().length;
    return length >= 1 && length <= LONGEST_NONCE;
  }
}
