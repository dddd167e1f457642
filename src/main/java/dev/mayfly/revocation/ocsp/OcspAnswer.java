package dev.mayfly.revocation.ocsp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.asn1.ocsp.OCSPResponseStatus;

/**
 * What is sent back (RFC 6960 4.2).
 *
 * @param der an OCSPResponse
 * @param reusable until when anybody who asks the same may be given these bytes; empty for one that
 *     is the asker's alone, and for an error
 */
@SuppressWarnings("ArrayRecordComponent") // handed to the socket, never compared
public record OcspAnswer(byte[] der, Optional<Reusable> reusable) {

  static final OcspAnswer MALFORMED = error(OCSPResponseStatus.MALFORMED_REQUEST);

  static final OcspAnswer TRY_LATER = error(OCSPResponseStatus.TRY_LATER);

  /** RFC 5019 2.2.3: of what this responder cannot speak. */
  static final OcspAnswer UNAUTHORIZED = error(OCSPResponseStatus.UNAUTHORIZED);

  /**
   * For how long, and how it is told apart.
   *
   * @param etag strong and quoted
   */
  public record Reusable(String etag, Instant thisUpdate, Instant nextUpdate) {}

  private static OcspAnswer error(int status) {
    try {
      return new OcspAnswer(
          new OCSPResponse(new OCSPResponseStatus(status), null).getEncoded(ASN1Encoding.DER),
          Optional.empty());
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
  }
}
