package dev.mayfly.credential.x509;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;

/**
 * A certificate authority as those it signs see it: its name, byte for byte, its key's identifier,
 * and its end.
 */
public final class Issuer {

  private final byte[] name;
  private final byte[] keyIdentifier;
  private final PublicKey key;
  private final Instant notBefore;
  private final Instant notAfter;
  private final X500Name parsedName;

  private Issuer(
      byte[] name, byte[] keyIdentifier, PublicKey key, Instant notBefore, Instant notAfter) {
    this.name = name;
    this.keyIdentifier = keyIdentifier;
    this.key = key;
    this.notBefore = notBefore;
    this.notAfter = notAfter;
    this.parsedName = X500Name.getInstance(name);
  }

  /**
   * By its certificate in DER, of the broker's own making or imported from the organisation's root.
   *
   * @param key the public key of the ring's key; refused when the certificate is another key's
   */
  public static Outcome<Issuer> of(byte[] certificate, PublicKey key) {
    try {
      ParsedCertificate parsed = ParsedCertificate.read(certificate);
      SubjectKey subject = SubjectKey.ofAuthority(key);
      if (!java.util.Arrays.equals(parsed.spki(), subject.spki())) {
        return refused("the certificate is not for this key");
      }
      Optional<ParsedCertificate.Extension> constraints =
          parsed.extension(ExtensionValues.BASIC_CONSTRAINTS);
      if (constraints.isEmpty()
          || !ExtensionValues.basicConstraints(constraints.get().value()).authority()) {
        return refused("the certificate is not for a certificate authority");
      }
      Optional<ParsedCertificate.Extension> identifier =
          parsed.extension(ExtensionValues.SUBJECT_KEY_IDENTIFIER);
      if (identifier.isEmpty()) {
        return refused("the certificate has no subject key identifier");
      }
      return Outcome.ok(
          new Issuer(
              parsed.subject(),
              ExtensionValues.subjectKeyIdentifier(identifier.get().value()),
              key,
              parsed.notBefore(),
              parsed.notAfter()));
    } catch (NotDer bad) {
      return refused("the certificate cannot be read: " + bad.why());
    }
  }

  /** Of a root that signs its own certificate. */
  static Issuer itself(CertificateTemplate root) {
    return new Issuer(
        CertificateBuilder.name(root.commonName()),
        root.key().identifier(),
        root.key().key(),
        root.notBefore(),
        root.notAfter());
  }

  public byte[] name() {
    return name.clone();
  }

  X500Name parsedName() {
    return parsedName;
  }

  public byte[] keyIdentifier() {
    return keyIdentifier.clone();
  }

  PublicKey key() {
    return key;
  }

  Instant notBefore() {
    return notBefore;
  }

  /** Valid through this second (RFC 5280 4.1.2.5). */
  public Instant notAfter() {
    return notAfter;
  }

  private static <T> Outcome<T> refused(String why) {
    return Outcome.refused(new Refusal.Malformed("bad-authority-certificate", why));
  }
}
