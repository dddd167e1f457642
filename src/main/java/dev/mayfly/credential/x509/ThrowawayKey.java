package dev.mayfly.credential.x509;

import dev.mayfly.key.Alg;
import dev.mayfly.key.CryptoProvider;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A signature of each algorithm, by a key that nobody trusts and nobody has: with it a certificate
 * can be judged whole, and is worth nothing if it should get out. Made on first use; its key is
 * gone then.
 */
final class ThrowawayKey {

  private static final Map<Alg, byte[]> SIGNATURES = new ConcurrentHashMap<>();
  private static final byte[] NOTHING = new byte[32];

  private ThrowawayKey() {}

  /** In JOSE's form, as the real key signs. The bytes are one for all: not to be written to. */
  static byte[] signature(Alg alg) {
    return SIGNATURES.computeIfAbsent(alg, ThrowawayKey::made);
  }

  private static byte[] made(Alg alg) {
    try {
      KeyPairGenerator generator = CryptoProvider.chosen().keyPairGenerator(alg);
      switch (alg.joseName()) {
        case "ES256" -> generator.initialize(new ECGenParameterSpec("secp256r1"));
        case "ES384" -> generator.initialize(new ECGenParameterSpec("secp384r1"));
        case "RS256" -> generator.initialize(2_048);
        default -> {} // its key type has one size
      }
      Signature engine = CryptoProvider.chosen().signature(alg);
      engine.initSign(generator.generateKeyPair().getPrivate());
      engine.update(NOTHING);
      return engine.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no key can be made for " + alg, e);
    }
  }
}
