package dev.mayfly.credential.x509;

import java.util.Optional;

/**
 * Where a verifier learns more of a certificate.
 *
 * @param crl the one list that will carry its revocation, byte for byte as that list names itself
 * @param ocsp who answers for it
 * @param issuer the issuer's own certificate
 */
public record Pointers(Optional<String> crl, Optional<String> ocsp, Optional<String> issuer) {

  /** Of a root, and of an OCSP responder: nobody revokes them by a list of their own. */
  public static final Pointers NONE =
      new Pointers(Optional.empty(), Optional.empty(), Optional.empty());

  public static Pointers of(String crl, String ocsp, String issuer) {
    return new Pointers(Optional.of(crl), Optional.of(ocsp), Optional.of(issuer));
  }
}
