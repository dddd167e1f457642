package dev.mayfly.revocation;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JWSObject;
import dev.mayfly.key.Alg;
import dev.mayfly.key.CryptoProvider;
import dev.mayfly.store.KeyId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whether we signed a token, verified once for the same bytes: a session's token comes with every
 * request of its person. What is remembered is no "yes" (rule 3): that the key is believed is asked
 * each time, as is all that the token says, and the ledger.
 */
final class Signatures {

  /** At about 200 bytes each; far more than one node sees within a token's life. */
  private static final int REMEMBERED = 10_000;

  private final Function<KeyId, Optional<PublicKey>> verifier;

  /** By the SHA-256 of all of the token's bytes, header and signature among them. */
  private final Cache<ByteBuffer, PublicKey> verified =
      Caffeine.newBuilder().maximumSize(REMEMBERED).build();

  Signatures(Function<KeyId, Optional<PublicKey>> verifier) {
    this.verifier = verifier;
  }

  /**
   * Whether a key that is believed now has signed it.
   *
   * @param token as it was presented
   * @param jws the same, read
   */
  boolean isOurs(String token, JWSObject jws) throws GeneralSecurityException {
    Optional<Alg> alg = Alg.named(jws.getHeader().getAlgorithm().getName());
    Optional<PublicKey> key =
        Optional.ofNullable(jws.getHeader().getKeyID()).map(KeyId::new).flatMap(verifier);
    if (alg.isEmpty() || key.isEmpty()) {
      return false;
    }
    ByteBuffer bytes = hash(token);
    if (key.get().equals(verified.getIfPresent(bytes))) {
      return true;
    }
    boolean signed = verify(jws, alg.get(), key.get());
    if (signed) {
      verified.put(bytes, key.get());
    }
    return signed;
  }

  private static boolean verify(JWSObject jws, Alg alg, PublicKey key)
      throws GeneralSecurityException {
    Signature signature = CryptoProvider.chosen().signature(alg);
    signature.initVerify(key);
    signature.update(jws.getSigningInput());
    return signature.verify(jws.getSignature().decode());
  }

  private static ByteBuffer hash(String token) throws GeneralSecurityException {
    return ByteBuffer.wrap(
        MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
  }
}
