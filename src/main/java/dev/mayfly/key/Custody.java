package dev.mayfly.key;

import dev.mayfly.Outcome;
import dev.mayfly.store.KeyId;
import java.util.Optional;

/**
 * Who holds private keys: this is where a PKCS#11 module or a KMS takes the place of {@link
 * WrappedCustody}. All of it may block; nobody calls it on the event loop, but for what {@link
 * #open} returned.
 */
public interface Custody {

  /** Stands beside every key it made; never changes its meaning. */
  String id();

  /** Makes a key for the ring. */
  Made make(RingName ring);

  /** Opens a key this custody made; refused with a sentence for the operator when it cannot. */
  Outcome<Signer> open(KeyId id, RingName ring, byte[] held);

  /** What should be stored in place of {@code held}, when that has become old. */
  default Optional<byte[]> renew(KeyId id, RingName ring, byte[] held) {
    return Optional.empty();
  }

  /**
   * A key just made.
   *
   * @param held what the custody needs to open it again: a wrapped key, or a name in a module
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Made(PublicJwk publicKey, byte[] held) {}
}
