package dev.mayfly.key;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Knows the key-encryption keys of {@code keys-dev/}, which the whole world can read, by their
 * fingerprints: the folder itself is not there in production.
 */
final class DevelopmentKek {

  private static final Set<String> FINGERPRINTS = load();

  private DevelopmentKek() {}

  static boolean isKnown(KeyEncryptionKey kek) {
    return FINGERPRINTS.contains(kek.fingerprint());
  }

  private static Set<String> load() {
    try (InputStream in = DevelopmentKek.class.getResourceAsStream("development-keks.sha256")) {
      if (in == null) {
        throw new IllegalStateException("development-keks.sha256 is missing from this build");
      }
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
