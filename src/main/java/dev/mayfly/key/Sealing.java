package dev.mayfly.key;

import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Seals what others entrust to Mayfly, to be kept in the database or in a browser: AES-256-GCM
 * under a key derived from the key-encryption key for each owner.
 *
 * <pre>
 *   sealed = nonce (12) | ciphertext | tag (16)
 * </pre>
 *
 * Random nonces: the 2^32 messages that NIST SP 800-38D 8.3 allows count for one owner, so no
 * stranger comes near them by having much sealed.
 */
@ApplicationScoped
public class Sealing {

  private static final String LABEL = "mayfly sealed secret of ";
  private static final String CIPHER = "AES/GCM/NoPadding";
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;

  private final DerivedKeys derived;
  private final SecureRandom random = new SecureRandom();

  public Sealing(DerivedKeys derived) {
    this.derived = derived;
  }

  /**
   * Seals a text.
   *
   * @param owner whose it is: it opens for nobody else
   */
  public byte[] seal(String secret, String owner) {
    byte[] nonce = new byte[NONCE];
    random.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, keys(owner).getFirst(), nonce);
      byte[] closed = cipher.doFinal(secret.getBytes(StandardCharsets.UTF_8));
      byte[] sealed = Arrays.copyOf(nonce, NONCE + closed.length);
      System.arraycopy(closed, 0, sealed, NONCE, closed.length);
      return sealed;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + CIPHER, e);
    }
  }

  /** The text; empty when it is not this owner's, or no key-encryption key fits any more. */
  public Optional<String> open(byte[] sealed, String owner) {
    if (sealed.length <= NONCE) {
      return Optional.empty();
    }
    byte[] nonce = Arrays.copyOf(sealed, NONCE);
    for (SecretKey key : keys(owner)) {
      try {
        byte[] open =
            cipher(Cipher.DECRYPT_MODE, key, nonce).doFinal(sealed, NONCE, sealed.length - NONCE);
        return Optional.of(new String(open, StandardCharsets.UTF_8));
      } catch (GeneralSecurityException e) {
        // Sealed under another of the keys, or for somebody else.
      }
    }
    return Optional.empty();
  }

  private List<SecretKey> keys(String owner) {
    return derived.of(LABEL + owner);
  }

  private static Cipher cipher(int mode, SecretKey key, byte[] nonce)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(CIPHER);
    cipher.init(
        mode, new SecretKeySpec(key.getEncoded(), "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    return cipher;
  }
}
