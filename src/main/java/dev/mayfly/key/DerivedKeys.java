package dev.mayfly.key;

import java.util.List;
import java.util.stream.Stream;
import javax.crypto.SecretKey;

/**
 * Secrets that all nodes have in common and nobody has to store: each is derived from the
 * key-encryption key under a label, so that none tells of another or of that key.
 */
public final class DerivedKeys {

  private final KeyEncryptionKey present;
  private final List<KeyEncryptionKey> earlier;

  DerivedKeys(KeyEncryptionKey present, List<KeyEncryptionKey> earlier) {
    this.present = present;
    this.earlier = List.copyOf(earlier);
  }

  /**
   * For HMAC-SHA256, the one to make with first. While the key-encryption key is being changed,
   * other nodes make with one of the others.
   *
   * @param label what for; every use has its own
   */
  public List<SecretKey> of(String label) {
    return Stream.concat(Stream.of(present), earlier.stream())
        .map(kek -> kek.derive(label))
        .toList();
  }
}
