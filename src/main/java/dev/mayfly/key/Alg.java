package dev.mayfly.key;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The signature algorithms Mayfly signs with, by their fully specified names (RFC 9864): a name
 * fixes curve and hash, so that {@code EdDSA} is not one of them.
 */
public enum Alg {
  ES256("ES256", "EC", "SHA256withECDSAinP1363Format"),
  ES384("ES384", "EC", "SHA384withECDSAinP1363Format"),
  RS256("RS256", "RSA", "SHA256withRSA"),
  ED25519("Ed25519", "Ed25519", "Ed25519"),

  /** RFC 9881: what a quantum computer does not forge. For certificates alone. */
  ML_DSA_65("ML-DSA-65", "ML-DSA-65", "ML-DSA-65");

  private static final Map<String, Alg> BY_NAME =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(Alg::joseName, Function.identity()));

  private final String joseName;
  private final String keyType;
  private final String signatureName;

  Alg(String joseName, String keyType, String signatureName) {
    this.joseName = joseName;
    this.keyType = keyType;
    this.signatureName = signatureName;
  }

  /** All names, for a sentence. */
  static String names() {
    return Arrays.stream(values()).map(Alg::joseName).collect(Collectors.joining(", "));
  }

  /** The {@code alg} of a JOSE header and of a JWK. */
  public String joseName() {
    return joseName;
  }

  /** The name by which {@link java.security.KeyFactory} knows its keys. */
  public String keyType() {
    return keyType;
  }

  /**
   * The name by which {@link java.security.Signature} makes the bytes that JOSE wants: for ES256
   * that is R and S side by side (RFC 7518 3.4), not the ASN.1 form.
   */
  public String signatureName() {
    return signatureName;
  }

  /**
   * Whether tokens and status lists may be signed with it: those who verify them have to know it.
   */
  public boolean signsTokens() {
    return this != ML_DSA_65;
  }

  /** By its exact JOSE name. */
  public static Optional<Alg> named(String joseName) {
    return Optional.ofNullable(BY_NAME.get(joseName));
  }

  @Override
  public String toString() {
    return joseName;
  }
}
