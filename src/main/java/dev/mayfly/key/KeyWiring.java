package dev.mayfly.key;

import dev.mayfly.DevelopmentMaterial;
import dev.mayfly.StartRefused;
import io.quarkus.runtime.configuration.ConfigUtils;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Makes the room's beans out of its configuration; what is unsafe refuses to start. */
final class KeyWiring {

  @Produces
  @Singleton
  CryptoProvider crypto() {
    return CryptoProvider.chosen();
  }

  @Produces
  @Singleton
  KeyPlan plan(KeyConfig config) {
    return new KeyPlan(config);
  }

  @Produces
  @Singleton
  Custody custody(CryptoProvider crypto, KeyConfig config) {
    return custody(crypto, config, ConfigUtils.getProfiles());
  }

  @Produces
  @Singleton
  DerivedKeys derivedKeys(KeyConfig config) {
    Wrapping wrapping = Wrapping.read(config, ConfigUtils.getProfiles());
    return new DerivedKeys(wrapping.present(), wrapping.earlier());
  }

  static Custody custody(CryptoProvider crypto, KeyConfig config, List<String> profiles) {
    Wrapping wrapping = Wrapping.read(config, profiles);
    return new WrappedCustody(crypto, wrapping.present(), wrapping.earlier());
  }

  /** The key-encryption keys that the configuration names. */
  private record Wrapping(KeyEncryptionKey present, List<KeyEncryptionKey> earlier) {

    static Wrapping read(KeyConfig config, List<String> profiles) {
      Path file =
          config
              .kekFile()
              .orElseThrow(
                  () ->
                      new StartRefused(
                          "set mayfly.key.kek-file to a file with 32 random bytes as base64url:"
                              + " it wraps the signing keys"));
      KeyEncryptionKey present = KeyEncryptionKey.read(file);
      List<KeyEncryptionKey> earlier =
          config.previousKekFiles().orElse(List.of()).stream().map(KeyEncryptionKey::read).toList();
      if (DevelopmentMaterial.isForbidden(profiles)
          && Stream.concat(Stream.of(present), earlier.stream())
              .anyMatch(KeyEncryptionKey::isDevelopment)) {
        throw new StartRefused(
            "mayfly.key.kek-file holds the development key that everybody can read in keys-dev:"
                + " a production start needs one of its own");
      }
      return new Wrapping(present, earlier);
    }
  }
}
