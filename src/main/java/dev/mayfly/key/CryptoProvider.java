package dev.mayfly.key;

import java.lang.reflect.InvocationTargetException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.Provider;
import java.security.Signature;
import java.util.Optional;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Which library computes: Amazon's Corretto provider where its native part loads and passes its
 * self-tests, else Bouncy Castle. Chosen once for the process; the algorithms never change with it.
 *
 * <p>The provider is handed to whoever needs it and not installed, so that TLS and the rest of the
 * platform stay as the JDK ships them.
 */
public final class CryptoProvider {

  private static final String CORRETTO =
      "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";

  private final Provider provider;

  private CryptoProvider(Provider provider) {
    this.provider = provider;
  }

  /** The one this process uses. */
  public static CryptoProvider chosen() {
    return Chosen.ONE;
  }

  /** Corretto, if this platform has it: its jar is one platform's, and a build may leave it out. */
  static Optional<CryptoProvider> corretto() {
    try {
      Class<?> type = Class.forName(CORRETTO);
      Provider found = (Provider) type.getField("INSTANCE").get(null);
      type.getMethod("assertHealthy").invoke(found);
      return Optional.of(new CryptoProvider(found));
    } catch (ClassNotFoundException | InvocationTargetException | LinkageError e) {
      return Optional.empty();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the Corretto provider is not the one built against", e);
    }
  }

  static CryptoProvider bouncyCastle() {
    return new CryptoProvider(new BouncyCastleProvider());
  }

  /** For libraries that take a JCA provider. */
  public Provider jca() {
    return provider;
  }

  public String name() {
    return provider.getName();
  }

  public String version() {
    return provider.getVersionStr();
  }

  /** A fresh engine for the algorithm; it makes and checks signatures in JOSE's format. */
  public Signature signature(Alg alg) {
    try {
      return Signature.getInstance(alg.signatureName(), of(alg));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(provider + " has no " + alg.signatureName(), e);
    }
  }

  public KeyPairGenerator keyPairGenerator(Alg alg) {
    try {
      return KeyPairGenerator.getInstance(alg.keyType(), of(alg));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(provider + " makes no keys for " + alg, e);
    }
  }

  /** Corretto takes the JDK's Ed25519 keys and has by default no factory of its own for them. */
  public KeyFactory keyFactory(Alg alg) {
    try {
      boolean own = of(alg).getService("KeyFactory", alg.keyType()) != null;
      return own
          ? KeyFactory.getInstance(alg.keyType(), of(alg))
          : KeyFactory.getInstance(alg.keyType());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no key factory for " + alg, e);
    }
  }

  /**
   * ML-DSA is Bouncy Castle's on every node: the others write private keys in forms of their own
   * (RFC 9881 6 has three), which the next one need not read.
   */
  private Provider of(Alg alg) {
    return alg == Alg.ML_DSA_65 ? PostQuantum.BOUNCY_CASTLE : provider;
  }

  private static final class PostQuantum {
    static final Provider BOUNCY_CASTLE = new BouncyCastleProvider();
  }

  /** Loaded on first use, exactly once. */
  private static final class Chosen {
    static final CryptoProvider ONE = corretto().orElseGet(CryptoProvider::bouncyCastle);
  }
}
