package dev.mayfly.key;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;

/**
 * Signs with a private key in this process's memory. A {@link Signature} serves one thread, and
 * setting one up costs a tenth of an ES256 signature, so each thread keeps its own; it goes with
 * the key when the ring lets go of it.
 */
final class LocalSigner implements Signer {

  @SuppressWarnings("ThreadLocalUsage") // one for each key, and a key lives a day: few, and they go
  private final ThreadLocal<Signature> engines;

  LocalSigner(CryptoProvider crypto, Alg alg, PrivateKey key) {
    engines = ThreadLocal.withInitial(() -> engine(crypto, alg, key));
  }

  private static Signature engine(CryptoProvider crypto, Alg alg, PrivateKey key) {
    try {
      Signature engine = crypto.signature(alg);
      engine.initSign(key);
      return engine;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the key was made for " + alg, e);
    }
  }

  @Override
  public byte[] sign(byte[] input) {
    Signature engine = engines.get();
    try {
      engine.update(input);
      return engine.sign();
    } catch (GeneralSecurityException e) {
      engines.remove(); // it may hold half of this input
      throw new IllegalStateException("signing failed", e);
    }
  }
}
