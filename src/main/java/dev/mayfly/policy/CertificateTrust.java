package dev.mayfly.policy;

import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A trust of the kind {@code x509}: an authority of somebody else's, whose certificates prove their
 * holders in TLS ({@code tls_client_auth}, RFC 8705 2.1).
 *
 * @param authorities where a chain must end; each trust is asked by itself, never with another's
 * @param revocation how it is known which certificates were taken back
 */
public record CertificateTrust(
    String id, List<X509Certificate> authorities, Revocation revocation) {

  public CertificateTrust {
    authorities = List.copyOf(authorities);
  }

  /** What the policy says of revocation; it has to say something. */
  public enum Revocation {
    /** Every certificate of a chain is looked up in CRLs that the node reads from a file. */
    CRL,
    /** Nothing is looked up: the authority's certificates are believed until they end. */
    NONE
  }
}
