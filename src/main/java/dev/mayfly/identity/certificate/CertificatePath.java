package dev.mayfly.identity.certificate;

import dev.mayfly.policy.CertificateTrust;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPath;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The way from a client's certificate to an authority of one trust (RFC 5280 6), found by the JDK
 * among what the client sent and what the policy has: nothing is fetched, no other trust is asked.
 * What the JDK leaves out and TLS clients need is looked at here.
 */
final class CertificatePath {

  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final String NAME_CONSTRAINTS = "2.5.29.30";
  private static final int DIGITAL_SIGNATURE = 0; // RFC 5280 4.2.1.3, as the JDK numbers it
  private static final int LONG_FORM = 0x80;
  private static final int MIN_RSA_BITS = 2_048;

  private CertificatePath() {}

  /**
   * Why there is none; empty when there is.
   *
   * @param lists the CRLs of this trust, where it wants them
   */
  static Optional<String> objection(
      ShownCertificate shown, CertificateTrust trust, List<X509CRL> lists, Instant now) {
    if (shown.leaf().getBasicConstraints() >= 0) {
      return Optional.of("it is an authority's");
    }
    try {
      PKIXCertPathBuilderResult found =
          (PKIXCertPathBuilderResult)
              CertPathBuilder.getInstance("PKIX").build(parameters(shown, trust, lists, now));
      return weakness(found, now);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // The latter: an authority's limits on names that are none.
      return Optional.of("no good chain leads to an authority of the trust: " + e.getMessage());
    }
  }

  private static PKIXBuilderParameters parameters(
      ShownCertificate shown, CertificateTrust trust, List<X509CRL> lists, Instant now)
      throws GeneralSecurityException {
    X509CertSelector leaf = new X509CertSelector();
    leaf.setCertificate(shown.leaf());
    Set<TrustAnchor> anchors =
        Set.copyOf(trust.authorities().stream().map(CertificatePath::anchor).toList());
    PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, leaf);
    parameters.setDate(Date.from(now));
    List<Object> known = new ArrayList<>(shown.others());
    known.add(shown.leaf());
    known.addAll(lists);
    parameters.addCertStore(
        CertStore.getInstance("Collection", new CollectionCertStoreParameters(known)));
    // No checker of one's own: the JDK's would fetch the lists that certificates name.
    parameters.setRevocationEnabled(trust.revocation() == CertificateTrust.Revocation.CRL);
    return parameters;
  }

  /** With the constraints on names that it puts on itself: the JDK asks for them apart. */
  private static TrustAnchor anchor(X509Certificate authority) {
    byte[] wrapped = authority.getExtensionValue(NAME_CONSTRAINTS);
    if (wrapped == null) {
      return new TrustAnchor(authority, null);
    }
    int length = Byte.toUnsignedInt(wrapped[1]);
    int header = length < LONG_FORM ? 2 : 2 + (length - LONG_FORM);
    return new TrustAnchor(authority, Arrays.copyOfRange(wrapped, header, wrapped.length));
  }

  private static Optional<String> weakness(PKIXCertPathBuilderResult found, Instant now)
      throws GeneralSecurityException {
    X509Certificate authority = found.getTrustAnchor().getTrustedCert();
    authority.checkValidity(Date.from(now));
    CertPath path = found.getCertPath();
    if (path.getCertificates().size() - 1 > authority.getBasicConstraints()) {
      return Optional.of("the chain is longer than the authority lets it be");
    }
    for (var one : path.getCertificates()) {
      Optional<String> weak = weakness((X509Certificate) one);
      if (weak.isPresent()) {
        return weak;
      }
    }
    boolean[] usage = ((X509Certificate) path.getCertificates().getFirst()).getKeyUsage();
    return usage == null || usage[DIGITAL_SIGNATURE]
        ? Optional.empty()
        : Optional.of("its key is not for signatures");
  }

  /** What one certificate says narrows all below it, so each of the chain is asked. */
  private static Optional<String> weakness(X509Certificate certificate)
      throws GeneralSecurityException {
    List<String> purposes = certificate.getExtendedKeyUsage();
    if (purposes != null && !purposes.contains(CLIENT_AUTH)) {
      return Optional.of("the chain is not for clients of TLS");
    }
    PublicKey key = certificate.getPublicKey();
    if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS) {
      return Optional.of("the chain has an RSA key of less than %d bits".formatted(MIN_RSA_BITS));
    }
    String signature = certificate.getSigAlgName().toUpperCase(Locale.ROOT);
    return signature.contains("SHA1") || signature.contains("MD")
        ? Optional.of("the chain is signed with " + signature)
        : Optional.empty();
  }
}
