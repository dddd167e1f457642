package dev.mayfly;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Knows the keys of {@code keys-dev/}, which everybody has: a broker that runs for real refuses
 * them.
 *
 * <p>The resource holds fingerprints only; a test keeps it in step with the folder.
 */
public final class DevelopmentMaterial {

  /** The profiles that may use it. Any other, with or without a name of its own, is for real. */
  private static final Set<String> FREE = Set.of("dev", "test");

  private static final Set<String> KNOWN = load();

  private DevelopmentMaterial() {}

  /** Whether this is a key-encryption key of {@code keys-dev/}. */
  public static boolean isKnown(byte[] secret) {
    return KNOWN.contains("sha256 " + HexFormat.of().formatHex(sha256(secret)));
  }

  /** Whether this is a key of {@code keys-dev/}, by its RFC 7638 thumbprint (SHA-256). */
  public static boolean isKnown(String thumbprint) {
    return KNOWN.contains("jwk " + thumbprint);
  }

  /** Whether a broker with these profiles must refuse it. */
  public static boolean isForbidden(List<String> profiles) {
    return profiles.isEmpty() || !FREE.containsAll(profiles);
  }

  private static Set<String> load() {
    var resource =
        Objects.requireNonNull(
            DevelopmentMaterial.class.getResourceAsStream("/development-material.txt"),
            "the build contains development-material.txt");
    try (var lines =
        new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8)).lines()) {
      return lines.filter(line -> !line.startsWith("#")).collect(Collectors.toUnmodifiableSet());
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
