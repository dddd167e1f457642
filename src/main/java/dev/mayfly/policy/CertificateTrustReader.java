package dev.mayfly.policy;

import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads whose certificates are believed in TLS, and which of them is which identity's. */
final class CertificateTrustReader {

  private static final int KEY_CERT_SIGN = 5; // RFC 5280 4.2.1.3, as the JDK numbers it
  private static final CertificateSubject NONE =
      new CertificateSubject(CertificateSubject.Kind.SAN_DNS, "");

  private CertificateTrustReader() {}

  /** A trust of the kind {@code x509}. */
  static CertificateTrust read(String id, Section section) {
    CertificateTrust trust =
        section
            .section("x509")
            .map(inner -> trust(id, inner))
            .orElse(new CertificateTrust(id, List.of(), CertificateTrust.Revocation.CRL));
    section.done();
    return trust;
  }

  private static CertificateTrust trust(String id, Section section) {
    List<X509Certificate> authorities = PemCertificate.list(section, "authorities");
    if (!authorities.stream().allMatch(CertificateTrustReader::isAuthority)) {
      section.error(
          FindingCode.BAD_CERTIFICATE,
          "authorities",
          "each of authorities must be an authority's: cA true, and keyCertSign");
    }
    CertificateTrust trust =
        new CertificateTrust(
            id,
            authorities,
            section.value(
                "revocation",
                CertificateTrustReader::revocation,
                FindingCode.BAD_VALUE,
                "crl or none",
                CertificateTrust.Revocation.CRL));
    section.done();
    return trust;
  }

  private static boolean isAuthority(X509Certificate certificate) {
    boolean[] usage = certificate.getKeyUsage();
    return certificate.getBasicConstraints() >= 0 && (usage == null || usage[KEY_CERT_SIGN]);
  }

  private static Optional<CertificateTrust.Revocation> revocation(String text) {
    return switch (text) {
      case "crl" -> Optional.of(CertificateTrust.Revocation.CRL);
      case "none" -> Optional.of(CertificateTrust.Revocation.NONE);
      default -> Optional.empty();
    };
  }

  /** How an identity proves itself by a certificate. */
  static Proving proving(Section section) {
    String spiffeId = IdentityReader.spiffeId(section);
    Proving proving =
        section.has("self-signed")
            ? new Proving.SelfSigned(spiffeId, PemCertificate.list(section, "self-signed"))
            : new Proving.Issued(section.text("trust"), subject(section), spiffeId);
    section.done();
    return proving;
  }

  private static CertificateSubject subject(Section section) {
    List<CertificateSubject> subjects = new ArrayList<>();
    int given = 0;
    for (CertificateSubject.Kind kind : CertificateSubject.Kind.values()) {
      if (section.has(kind.key())) {
        given++;
        section
            .optionalValue(
                kind.key(),
                text -> CertificateSubject.parse(kind, text),
                FindingCode.BAD_VALUE,
                "one such name, written out")
            .ifPresent(subjects::add);
      }
    }
    if (given != 1) {
      section
          .findings()
          .error(
              FindingCode.MISSING_KEY,
              section.position(),
              "a certificate is known by one of subject-dn, san-dns, san-uri, san-ip and san-email");
    }
    return subjects.isEmpty() ? NONE : subjects.getFirst();
  }
}
