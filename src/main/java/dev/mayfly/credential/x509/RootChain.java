package dev.mayfly.credential.x509;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The certificate that an organisation's root has given the broker's own, and those above it, as an
 * operator brings them: the one for the broker's key first, each signed by the next.
 */
final class RootChain {

  static final int MOST_CHARACTERS = 64 * 1_024;
  private static final int MOST_CERTIFICATES = 6;

  /** Index of keyCertSign and cRLSign in the JDK's array (RFC 5280 4.2.1.3). */
  private static final int CERT_SIGN = 5;

  private static final int CRL_SIGN = 6;

  /**
   * RFC 7468 5: blocks of certificates; what stands between them says nothing. Nothing that was
   * taken is given back: each character is looked at a fixed number of times, whatever is sent.
   */
  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN CERTIFICATE-----\\s++([A-Za-z0-9+/=\\s]++)-----END CERTIFICATE-----");

  /** Collisions in these are made, not found. */
  private static final Pattern BROKEN_HASH = Pattern.compile("(md2|md5|sha-?1)(with.*)?");

  private final List<X509Certificate> certificates;

  private RootChain(List<X509Certificate> certificates) {
    this.certificates = certificates;
  }

  /** Read, and judged as far as that can be done without knowing the broker's keys. */
  static Outcome<RootChain> parse(String pem, Instant now) {
    if (pem.length() > MOST_CHARACTERS) {
      return refused("a chain is at most " + MOST_CHARACTERS + " characters");
    }
    try {
      RootChain chain = new RootChain(read(pem));
      Optional<String> problem =
          chain.certificates.isEmpty() || chain.certificates.size() > MOST_CERTIFICATES
              ? Optional.of("a chain is 1 to " + MOST_CERTIFICATES + " certificates in PEM")
              : chain.problem(now);
      return problem.<Outcome<RootChain>>map(RootChain::refused).orElseGet(() -> Outcome.ok(chain));
    } catch (CertificateException | IllegalArgumentException e) {
      return refused("what stands in a PEM block is no certificate");
    }
  }

  private static List<X509Certificate> read(String pem) throws CertificateException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> all = new ArrayList<>();
    for (String block : blocks(pem)) {
      byte[] der = Base64.getMimeDecoder().decode(block.getBytes(StandardCharsets.US_ASCII));
      all.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
    }
    return List.copyOf(all);
  }

  /** What stands in them, in base64. */
  static List<String> blocks(CharSequence pem) {
    return BLOCK.matcher(pem).results().map(found -> found.group(1)).toList();
  }

  private Optional<String> problem(Instant now) {
    return IntStream.range(0, certificates.size())
        .mapToObj(at -> problem(at, now).map(why -> "certificate " + (at + 1) + " " + why))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<String> problem(int at, Instant now) {
    X509Certificate certificate = certificates.get(at);
    boolean[] usage = certificate.getKeyUsage();
    // One more may stand below the first, and each below the next (RFC 5280 4.2.1.9).
    if (certificate.getBasicConstraints() <= at) {
      return Optional.of(
          "must be an authority's (CA:TRUE) with a path length of at least %d, or none"
              .formatted(at + 1));
    }
    boolean first = at == 0;
    if (usage == null ? first : !usage[CERT_SIGN] || (first && !usage[CRL_SIGN])) {
      return Optional.of("must have the key usage keyCertSign" + (first ? " and cRLSign" : ""));
    }
    try {
      certificate.checkValidity(Date.from(now));
    } catch (CertificateException e) {
      return Optional.of("has ended, or not begun");
    }
    if (BROKEN_HASH.matcher(certificate.getSigAlgName().toLowerCase(Locale.ROOT)).matches()) {
      return Optional.of("is signed with " + certificate.getSigAlgName());
    }
    if (first && isSigned(certificate, certificate)) {
      return Optional.of("is signed by the broker's own key, not by the organisation's");
    }
    boolean last = at == certificates.size() - 1;
    return last || isSigned(certificate, certificates.get(at + 1))
        ? Optional.empty()
        : Optional.of("is not signed by the next");
  }

  private static boolean isSigned(X509Certificate one, X509Certificate by) {
    if (!one.getIssuerX500Principal().equals(by.getSubjectX500Principal())) {
      return false;
    }
    try {
      one.verify(by.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  boolean isFor(PublicKey key) {
    return Arrays.equals(first().getPublicKey().getEncoded(), key.getEncoded());
  }

  /** Whether what names this certificate as its issuer may as well stand below that one. */
  boolean namesTheSame(byte[] other) {
    try {
      ParsedCertificate one = ParsedCertificate.read(der());
      ParsedCertificate two = ParsedCertificate.read(other);
      return Arrays.equals(one.subject(), two.subject())
          && Arrays.equals(keyIdentifier(one), keyIdentifier(two));
    } catch (NotDer bad) {
      return false;
    }
  }

  private static byte[] keyIdentifier(ParsedCertificate of) throws NotDer {
    return ExtensionValues.subjectKeyIdentifier(
        of.extension(ExtensionValues.SUBJECT_KEY_IDENTIFIER)
            .orElseThrow(() -> new NotDer("there is no subject key identifier"))
            .value());
  }

  X509Certificate first() {
    return certificates.getFirst();
  }

  byte[] der() {
    return encoded(first());
  }

  /** Those above, in DER, one after the other: the table's form. */
  byte[] above() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    certificates.stream().skip(1).map(RootChain::encoded).forEach(all::writeBytes);
    return all.toByteArray();
  }

  /** The first moment at which one of them has ended: nothing below may live longer. */
  Instant notAfter() {
    return certificates.stream()
        .map(certificate -> certificate.getNotAfter().toInstant())
        .min(Instant::compareTo)
        .orElseThrow();
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (CertificateException e) {
      throw new IllegalStateException("a certificate that was read has its bytes", e);
    }
  }

  static <T> Outcome<T> refused(String why) {
    return Outcome.refused(new Refusal.Malformed("bad-root-chain", why));
  }
}
