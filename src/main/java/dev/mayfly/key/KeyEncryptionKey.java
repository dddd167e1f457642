package dev.mayfly.key;

import dev.mayfly.DevelopmentMaterial;
import dev.mayfly.StartRefused;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.InvalidAlgorithmParameterException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key that wraps signing keys: 32 bytes from a file, never logged, never in the database. Its
 * {@link #id} is stored with what it wraps, so that a wrong one is recognised before it is tried.
 */
final class KeyEncryptionKey {

  static final int ID_LENGTH = 8;

  private static final int LENGTH = 32;

  /** A mounted secret is often readable for a group; others' eyes make it none. */
  private static final Set<PosixFilePermission> NOT_ALLOWED =
      Set.of(
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private final SecretKey key;
  private final byte[] digest;
  private final boolean isDevelopment;

  private KeyEncryptionKey(byte[] bytes) {
    key = new SecretKeySpec(bytes, "AES");
    digest = sha256(bytes);
    isDevelopment = DevelopmentMaterial.isKnown(bytes);
  }

  /** Reads one; throws {@link StartRefused} with a sentence that tells no part of it. */
  static KeyEncryptionKey read(Path file) {
    KeyEncryptionKey kek = of(file, content(file));
    if (!kek.isDevelopment() && isOpenToOthers(file)) {
      throw new StartRefused(
          "the key-encryption key " + file + " may be read by others: chmod 0400 it");
    }
    return kek;
  }

  private static KeyEncryptionKey of(Path file, String text) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text.strip());
    } catch (IllegalArgumentException e) {
      bytes = new byte[0]; // the decoder's message would quote the file
    }
    if (bytes.length != LENGTH) {
      throw new StartRefused(
          "the key-encryption key " + file + " must hold " + LENGTH + " bytes as base64url");
    }
    return new KeyEncryptionKey(bytes);
  }

  private static String content(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new StartRefused(
          "the key-encryption key " + file + " cannot be read: " + e.getClass().getSimpleName());
    }
  }

  private static boolean isOpenToOthers(Path file) {
    try {
      return Files.getPosixFilePermissions(file).stream().anyMatch(NOT_ALLOWED::contains);
    } catch (UnsupportedOperationException e) {
      return false; // a file system without such permissions
    } catch (IOException e) {
      throw new StartRefused("the permissions of " + file + " cannot be read");
    }
  }

  SecretKey key() {
    return key;
  }

  /**
   * A key for HMAC-SHA256 by HKDF-SHA256 (RFC 5869), the label as its {@code info}. Without a salt:
   * the input is 256 random bits already (RFC 5869 3.1).
   */
  SecretKey derive(String label) {
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveKey(
              "HmacSHA256",
              HKDFParameterSpec.ofExtract()
                  .addIKM(key)
                  .thenExpand(label.getBytes(StandardCharsets.UTF_8), LENGTH));
    } catch (NoSuchAlgorithmException | InvalidAlgorithmParameterException e) {
      throw new IllegalStateException("every Java 25 platform has HKDF-SHA256", e);
    }
  }

  /** Tells which key, not what it is: 64 bits of a digest over 256 random ones. */
  byte[] id() {
    return Arrays.copyOf(digest, ID_LENGTH);
  }

  /** Whether everybody has it, from {@code keys-dev/}. */
  boolean isDevelopment() {
    return isDevelopment;
  }

  @Override
  public String toString() {
    return HexFormat.of().formatHex(id());
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
