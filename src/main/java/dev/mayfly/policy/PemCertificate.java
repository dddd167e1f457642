package dev.mayfly.policy;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates that stand in the document in PEM (RFC 7468), one in each text. */
final class PemCertificate {

  private static final Pattern ONE =
      Pattern.compile(
          "\\s*+-----BEGIN CERTIFICATE-----\\s++([A-Za-z0-9+/=\\s]++)-----END CERTIFICATE-----\\s*+");

  private PemCertificate() {}

  /** A list of at least one under this key of the section; a private key is not repeated. */
  static List<X509Certificate> list(Section section, String key) {
    Set<String> texts =
        section.texts(key, text -> true, FindingCode.BAD_CERTIFICATE, "a certificate in PEM");
    List<X509Certificate> certificates = new ArrayList<>();
    for (String text : texts) {
      if (text.contains("PRIVATE KEY")) {
        section.error(
            FindingCode.PRIVATE_KEY,
            key,
            "this holds a private key: put only the certificate here, and change the key");
      } else {
        parse(text)
            .ifPresentOrElse(
                certificates::add,
                () ->
                    section.error(
                        FindingCode.BAD_CERTIFICATE,
                        key,
                        "each of %s must be one certificate in PEM".formatted(key)));
      }
    }
    return certificates;
  }

  static Optional<X509Certificate> parse(String text) {
    Matcher pem = ONE.matcher(text);
    if (!pem.matches()) {
      return Optional.empty();
    }
    try {
      byte[] der = Base64.getDecoder().decode(pem.group(1).replaceAll("\\s", ""));
      return Optional.of(
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der)));
    } catch (CertificateException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
