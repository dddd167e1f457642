package dev.mayfly.policy;

import dev.mayfly.policy.PolicyLint.Draft;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Judges who comes in by a certificate that is not Mayfly's: no two by one. */
final class CertificateProofLint {

  private final Draft draft;
  private final Map<List<Object>, String> entryBySubject = new HashMap<>();

  private CertificateProofLint(Draft draft) {
    this.draft = draft;
  }

  static void check(Draft draft, KeyLint keys) {
    CertificateProofLint lint = new CertificateProofLint(draft);
    for (CertificateTrust trust : new TreeMap<>(draft.policy().authorities()).values()) {
      String path = "trusts." + trust.id();
      lint.keys(keys, path, path + ".x509.authorities", trust.authorities());
    }
    for (IdentityEntry entry : new TreeMap<>(draft.policy().identities()).values()) {
      String path = "identities." + entry.id();
      switch (entry.proving()) {
        case Proving.SelfSigned own ->
            lint.keys(keys, path, path + ".certificate.self-signed", own.certificates());
        case Proving.Issued issued -> lint.subject(entry, issued, path + ".certificate");
        default -> {}
      }
    }
  }

  private void keys(KeyLint lint, String owner, String path, List<X509Certificate> certificates) {
    for (X509Certificate certificate : certificates) {
      PublicKey key = certificate.getPublicKey();
      if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() < KeyLint.MIN_RSA_BITS) {
        draft.error(
            FindingCode.WEAK_KEY,
            path,
            "an RSA key needs at least %d bits".formatted(KeyLint.MIN_RSA_BITS));
      }
      lint.notShared(owner, path, key);
    }
  }

  private void subject(IdentityEntry entry, Proving.Issued issued, String path) {
    if (!draft.policy().authorities().containsKey(issued.trust())) {
      draft.error(
          FindingCode.UNKNOWN_TRUST,
          path + ".trust",
          "there is no trust %s of the kind x509".formatted(issued.trust()));
    }
    String other =
        entryBySubject.putIfAbsent(List.of(issued.trust(), issued.subject()), entry.id());
    if (other != null) {
      draft.error(
          FindingCode.SHARED_KEY,
          path + "." + issued.subject().kind().key(),
          "a certificate with this name proves %s already: give each its own".formatted(other));
    }
  }
}
