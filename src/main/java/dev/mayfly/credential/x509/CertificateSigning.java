package dev.mayfly.credential.x509;

import dev.mayfly.key.Alg;
import dev.mayfly.key.Signer;
import dev.mayfly.key.SigningKey;
import java.util.List;

/**
 * Makes a certificate of a template: written, judged under a throwaway key, signed, and judged
 * again. A finding is a defect of the broker's, never of a request, so it throws and nothing
 * leaves.
 */
public final class CertificateSigning {

  private CertificateSigning() {}

  /** In DER, signed by the issuer's key. */
  public static byte[] sign(CertificateTemplate template, Issuer issuer, SigningKey key) {
    return sign(template, issuer, key.alg(), key::sign);
  }

  /**
   * As {@link #sign(CertificateTemplate, Issuer, SigningKey)}, for a key that is not in a ring yet.
   *
   * @param signer makes signatures in JOSE's form
   */
  public static byte[] sign(CertificateTemplate template, Issuer issuer, Alg alg, Signer signer) {
    SignatureForm form = SignatureForm.of(alg);
    byte[] toBeSigned = CertificateBuilder.toBeSigned(template, issuer, form);
    byte[] worthless = form.assemble(toBeSigned, ThrowawayKey.signature(alg));
    refuse("before", ProfileLint.before(worthless, template, issuer));
    byte[] certificate = form.assemble(toBeSigned, signer.sign(toBeSigned));
    refuse("after", ProfileLint.after(certificate, toBeSigned, issuer));
    return certificate;
  }

  /** A root's own. */
  public static byte[] selfSigned(CertificateTemplate root, Alg alg, Signer signer) {
    return sign(root, Issuer.itself(root), alg, signer);
  }

  private static void refuse(String when, List<String> findings) {
    if (!findings.isEmpty()) {
      throw new IllegalStateException(
          "the certificate breaks its profile "
              + when
              + " signing: "
              + String.join(", ", findings));
    }
  }
}
