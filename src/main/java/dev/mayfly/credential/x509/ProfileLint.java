package dev.mayfly.credential.x509;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads a certificate back before it is signed for real, and once more after: whatever wrote it, no
 * certificate leaves that breaks a line of the profile.
 */
final class ProfileLint {

  private ProfileLint() {}

  /**
   * What is wrong with a certificate that a throwaway key signed; nothing when it may be signed.
   *
   * @return names of the lines it breaks, with their source
   */
  static List<String> before(byte[] certificate, CertificateTemplate asked, Issuer issuer) {
    try {
      ProfileLine.Looked looked =
          ProfileLine.Looked.at(ParsedCertificate.read(certificate), asked, issuer);
      return EnumSet.allOf(ProfileLine.class).stream()
          .filter(line -> !line.holds(looked))
          .map(line -> line.name() + " (" + line.source() + ")")
          .toList();
    } catch (NotDer bad) {
      return List.of("IS_DER (X.690 10): " + bad.why());
    }
  }

  /**
   * What is wrong with the certificate as it will leave, given the bytes that were judged: what
   * those say needs no second look.
   */
  static List<String> after(byte[] certificate, byte[] judged, Issuer issuer) {
    try {
      ParsedCertificate.Parts read = ParsedCertificate.Parts.read(certificate);
      return Stream.of(
              Arrays.equals(read.toBeSigned(), judged) ? "" : "SAYS_WHAT_WAS_JUDGED (mayfly)",
              isSigned(read, issuer) ? "" : "IS_SIGNED_BY_ITS_ISSUER (RFC 5280 6.1.3)")
          .filter(finding -> !finding.isEmpty())
          .toList();
    } catch (NotDer bad) {
      return List.of("IS_DER (X.690 10): " + bad.why());
    }
  }

  private static boolean isSigned(ParsedCertificate.Parts read, Issuer issuer) {
    return SignatureForm.identifiedBy(read.algorithm())
        .filter(form -> form.verifies(issuer.key(), read.toBeSigned(), read.signature()))
        .isPresent();
  }
}
