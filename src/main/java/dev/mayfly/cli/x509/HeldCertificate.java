package dev.mayfly.cli.x509;

import dev.mayfly.cli.broker.Stop;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** A certificate with what stands above it, and its private key: what a TLS client shows. */
public final class HeldCertificate {

  private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
  private static final String END = "-----END PRIVATE KEY-----";

  /** RFC 5280 4.2.1.6: the choice of GeneralName that a URI is. */
  private static final int URI_NAME = 6;

  private static final String ALIAS = "held";
  private static final char[] NO_PASSWORD = {};

  private final List<X509Certificate> chain;
  private final PrivateKey key;

  private HeldCertificate(List<X509Certificate> chain, PrivateKey key) {
    this.chain = List.copyOf(chain);
    this.key = key;
  }

  /**
   * Of the texts of two files.
   *
   * @param certificates PEM, the leaf first
   * @param key PKCS#8 in PEM, of whatever kind the certificate is
   */
  public static HeldCertificate read(String certificates, String key) throws Stop {
    List<X509Certificate> chain = certificates(certificates);
    HeldCertificate held =
        new HeldCertificate(chain, privateKey(key, chain.getFirst().getPublicKey()));
    if (!held.belongTogether()) {
      throw Stop.usage(
          "the private key is not that of the certificate", "name the two that were made together");
    }
    return held;
  }

  /** All that stand in the text, at least one. */
  static List<X509Certificate> certificates(String pem) throws Stop {
    List<X509Certificate> read = new ArrayList<>();
    try {
      CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
          .forEach(one -> read.add((X509Certificate) one));
    } catch (CertificateException e) {
      read.clear(); // told below, as a text that holds none
    }
    if (read.isEmpty()) {
      throw Stop.usage("there is no certificate in PEM in the file", "check which file that is");
    }
    return read;
  }

  private static PrivateKey privateKey(String pem, PublicKey of) throws Stop {
    int begin = pem.indexOf(BEGIN);
    int end = pem.indexOf(END);
    try {
      if (begin >= 0 && end > begin) {
        byte[] der = Base64.getMimeDecoder().decode(pem.substring(begin + BEGIN.length(), end));
        return KeyFactory.getInstance(of.getAlgorithm())
            .generatePrivate(new PKCS8EncodedKeySpec(der));
      }
    } catch (IllegalArgumentException | GeneralSecurityException e) {
      // Told below, as any other text that is no such key.
    }
    throw Stop.usage(
        "the file holds no private key of the certificate's kind in PKCS#8",
        "openssl pkcs8 -topk8 -nodes -in FILE makes one of any other form");
  }

  private boolean belongTogether() {
    byte[] text = {1};
    try {
      Signature signature = Signature.getInstance(algorithm());
      signature.initSign(key);
      signature.update(text);
      byte[] signed = signature.sign();
      signature.initVerify(chain.getFirst().getPublicKey());
      signature.update(text);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private String algorithm() {
    return switch (key.getAlgorithm()) {
      case "EC" -> "SHA256withECDSA";
      case "RSA" -> "SHA256withRSA";
      default -> key.getAlgorithm();
    };
  }

  /** The SPIFFE ID that the certificate names, where it names one. */
  public Optional<String> spiffeId() {
    try {
      Collection<List<?>> names = chain.getFirst().getSubjectAlternativeNames();
      return names == null
          ? Optional.empty()
          : names.stream()
              .filter(name -> name.getFirst().equals(URI_NAME))
              .map(name -> String.valueOf(name.get(1)))
              .filter(uri -> uri.startsWith("spiffe://"))
              .findFirst();
    } catch (CertificateParsingException e) {
      return Optional.empty();
    }
  }

  KeyStore store() throws GeneralSecurityException {
    KeyStore store = TlsContext.emptyStore();
    store.setKeyEntry(ALIAS, key, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
    return store;
  }
}
