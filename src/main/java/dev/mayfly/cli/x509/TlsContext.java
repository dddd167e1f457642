package dev.mayfly.cli.x509;

import dev.mayfly.cli.broker.Stop;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whom a command believes and what it shows in a TLS handshake. */
public final class TlsContext {

  private static final char[] NO_PASSWORD = {};

  private TlsContext() {}

  /**
   * Where neither is given nothing is unusual, and nothing is made.
   *
   * @param authorities PEM: they alone vouch for servers, in the place of those that Java knows
   */
  public static Optional<SSLContext> of(
      Optional<String> authorities, Optional<HeldCertificate> held) throws Stop {
    if (authorities.isEmpty() && held.isEmpty()) {
      return Optional.empty();
    }
    TrustManager @Nullable [] believed =
        authorities.isPresent() ? believing(authorities.get()) : null;
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(held.isPresent() ? showing(held.get()) : null, believed, null);
      return Optional.of(context);
    } catch (GeneralSecurityException e) {
      throw Stop.usage(
          "the certificate's key is of no kind for TLS here", "use P-256, P-384, RSA or Ed25519");
    }
  }

  private static TrustManager[] believing(String pem) throws Stop {
    try {
      KeyStore store = emptyStore();
      int number = 0;
      for (X509Certificate one : HeldCertificate.certificates(pem)) {
        store.setCertificateEntry("authority-" + number++, one);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return factory.getTrustManagers();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java holds certificates in memory", e);
    }
  }

  private static KeyManager[] showing(HeldCertificate held) throws GeneralSecurityException {
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(held.store(), NO_PASSWORD);
    return factory.getKeyManagers();
  }

  /** In memory only. */
  static KeyStore emptyStore() throws GeneralSecurityException {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      return store;
    } catch (IOException e) {
      throw new IllegalStateException("an empty store is read from nowhere", e);
    }
  }
}
