package dev.mayfly.key;

import java.util.List;

/** Keys of {@code keys-dev} for the tests of other rooms. */
public final class DevelopmentKeys {

  private DevelopmentKeys() {}

  public static DerivedKeys derived() {
    return new DerivedKeys(KeyEncryptionKey.read(SimulatedNodes.DEVELOPMENT_KEK), List.of());
  }
}
