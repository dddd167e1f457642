package dev.mayfly.credential.x509;

import dev.mayfly.key.Alg;
import dev.mayfly.key.CryptoProvider;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A key that nobody trusts, of each algorithm: a certificate signed with it can be judged whole,
 * and is worth nothing if it should get out. Made on first use, gone with the process.
 */
final class ThrowawayKey {

  private static final Map<Alg, ThrowawayKey> KEYS = new ConcurrentHashMap<>();

  private final Alg alg;
  private final PrivateKey key;

  private ThrowawayKey(Alg alg, PrivateKey key) {
    this.alg = alg;
    this.key = key;
  }

  static ThrowawayKey of(Alg alg) {
    return KEYS.computeIfAbsent(alg, ThrowawayKey::made);
  }

  /** In JOSE's form, as the real key signs. */
  byte[] sign(byte[] input) {
    try {
      Signature engine = CryptoProvider.chosen().signature(alg);
      engine.initSign(key);
      engine.update(input);
      return engine.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the key was made for " + alg, e);
    }
  }

  private static ThrowawayKey made(Alg alg) {
    try {
      KeyPairGenerator generator = CryptoProvider.chosen().keyPairGenerator(alg);
      switch (alg.joseName()) {
        case "ES256" -> generator.initialize(new ECGenParameterSpec("secp256r1"));
        case "ES384" -> generator.initialize(new ECGenParameterSpec("secp384r1"));
        case "RS256" -> generator.initialize(2_048);
        default -> {} // its key type has one size
      }
      return new ThrowawayKey(alg, generator.generateKeyPair().getPrivate());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no key can be made for " + alg, e);
    }
  }
}
