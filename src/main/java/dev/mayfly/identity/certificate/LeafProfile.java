package dev.mayfly.identity.certificate;

import dev.mayfly.policy.SpiffeId;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What X509-SVID wants of a leaf beside a chain (sections 2 to 5). */
final class LeafProfile {

  private static final int URI_NAME = 6; // RFC 5280 4.2.1.6, as the JDK numbers it
  private static final int DIGITAL_SIGNATURE = 0; // RFC 5280 4.2.1.3, as the JDK numbers it
  private static final int CERT_SIGN = 5;
  private static final int CRL_SIGN = 6;
  private static final String KEY_USAGE = "2.5.29.15";
  private static final Set<String> BOTH_ENDS_OF_TLS =
      Set.of("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");

  private LeafProfile() {}

  /** Why it is no X509-SVID of this workload; empty when it is one. */
  static Optional<String> objection(X509Certificate leaf, String spiffeId) {
    try {
      if (!SpiffeId.isWellFormed(spiffeId) || !uris(leaf).equals(List.of(spiffeId))) {
        return Optional.of("has not client_id as its one URI (X509-SVID 2)");
      }
      if (leaf.getBasicConstraints() >= 0) {
        return Optional.of("is an authority's (4.1)");
      }
      List<String> purposes = leaf.getExtendedKeyUsage();
      return purposes == null || purposes.containsAll(BOTH_ENDS_OF_TLS)
          ? usage(leaf)
          : Optional.of("is not for both ends of TLS (4.4)");
    } catch (CertificateParsingException e) {
      return Optional.of("has an extension that cannot be read");
    }
  }

  /** Other types of names may stand beside it: they say nothing here. */
  private static List<String> uris(X509Certificate leaf) throws CertificateParsingException {
    Collection<List<?>> names = leaf.getSubjectAlternativeNames();
    return names == null
        ? List.of()
        : names.stream()
            .filter(name -> Integer.valueOf(URI_NAME).equals(name.getFirst()))
            .map(name -> String.valueOf(name.get(1)))
            .toList();
  }

  private static Optional<String> usage(X509Certificate leaf) {
    boolean[] usage = leaf.getKeyUsage();
    Set<String> critical = leaf.getCriticalExtensionOIDs();
    if (usage == null || critical == null || !critical.contains(KEY_USAGE)) {
      return Optional.of("has no critical key usage (4.3)");
    }
    return usage[DIGITAL_SIGNATURE] && !usage[CERT_SIGN] && !usage[CRL_SIGN]
        ? Optional.empty()
        : Optional.of("has a key that is not for signatures, or one that certifies (4.3)");
  }
}
