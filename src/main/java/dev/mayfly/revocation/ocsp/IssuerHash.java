package dev.mayfly.revocation.ocsp;

import dev.mayfly.credential.x509.Authority;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.Certificate;

/** How a request names an issuer: by a hash of its name and one of its key (RFC 6960 4.1.1). */
@SuppressWarnings("ImmutableEnumChecker") // an object identifier never changes
enum IssuerHash {
  /** No signature rests on it: it is a name for one of a handful of issuers. */
  SHA1("SHA-1", OIWObjectIdentifiers.idSHA1),
  SHA256("SHA-256", NISTObjectIdentifiers.id_sha256);

  private final String jcaName;
  private final ASN1ObjectIdentifier oid;

  IssuerHash(String jcaName, ASN1ObjectIdentifier oid) {
    this.jcaName = jcaName;
    this.oid = oid;
  }

  private static Optional<IssuerHash> of(ASN1ObjectIdentifier oid) {
    return Arrays.stream(values()).filter(hash -> hash.oid.equals(oid)).findFirst();
  }

  /** Whether this is the issuer that the request names. */
  static boolean names(CertID certificate, Authority authority) {
    return of(certificate.getHashAlgorithm().getAlgorithm())
        .filter(hash -> hash.matches(certificate, authority))
        .isPresent();
  }

  private boolean matches(CertID certificate, Authority authority) {
    byte[] key =
        Certificate.getInstance(authority.der())
            .getSubjectPublicKeyInfo()
            .getPublicKeyData()
            .getBytes();
    return Arrays.equals(of(key), certificate.getIssuerKeyHash().getOctets())
        && Arrays.equals(
            of(authority.issuer().name()), certificate.getIssuerNameHash().getOctets());
  }

  byte[] of(byte[] bytes) {
    try {
      return MessageDigest.getInstance(jcaName).digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + jcaName, e);
    }
  }
}
