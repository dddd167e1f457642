package dev.mayfly.identity;

import dev.mayfly.key.CryptoProvider;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The signatures a proof may have. Only asymmetric ones are named here, each bound to one type of
 * key: {@code none}, HMAC and a public key taken for an HMAC secret cannot be expressed.
 */
enum SignatureAlgorithm {
  ES256("ES256", KeyType.P256, "SHA256withECDSAinP1363Format"),
  ES384("ES384", KeyType.P384, "SHA384withECDSAinP1363Format"),
  ES512("ES512", KeyType.P521, "SHA512withECDSAinP1363Format"),
  RS256("RS256", KeyType.RSA, "SHA256withRSA"),
  RS384("RS384", KeyType.RSA, "SHA384withRSA"),
  RS512("RS512", KeyType.RSA, "SHA512withRSA"),
  PS256("PS256", KeyType.RSA, "RSASSA-PSS", 256),
  PS384("PS384", KeyType.RSA, "RSASSA-PSS", 384),
  PS512("PS512", KeyType.RSA, "RSASSA-PSS", 512),
  ED25519("Ed25519", KeyType.ED25519, "Ed25519"),
  /** The older name of the same (RFC 8037); with a key of this type it means nothing else. */
  EDDSA("EdDSA", KeyType.ED25519, "Ed25519");

  /** What a key must be; {@code signatureBytes} is 0 where the key's size decides. */
  enum KeyType {
    P256("EC", 64),
    P384("EC", 96),
    P521("EC", 132),
    ED25519("Ed25519", 64),
    RSA("RSA", 0);

    private final String jcaName;
    private final int signatureBytes;

    KeyType(String jcaName, int signatureBytes) {
      this.jcaName = jcaName;
      this.signatureBytes = signatureBytes;
    }

    /** The name by which {@link java.security.KeyFactory} knows such keys. */
    String jcaName() {
      return jcaName;
    }
  }

  private static final Map<String, SignatureAlgorithm> BY_NAME =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(alg -> alg.joseName, Function.identity()));

  private final String joseName;
  private final KeyType keyType;
  private final String jcaName;
  private final int pssBits;

  SignatureAlgorithm(String joseName, KeyType keyType, String jcaName) {
    this(joseName, keyType, jcaName, 0);
  }

  /** {@code pssBits}: of the hash of an RSASSA-PSS signature; 0 for every other. */
  SignatureAlgorithm(String joseName, KeyType keyType, String jcaName, int pssBits) {
    this.joseName = joseName;
    this.keyType = keyType;
    this.jcaName = jcaName;
    this.pssBits = pssBits;
  }

  /** By its exact JOSE name. */
  static Optional<SignatureAlgorithm> named(String joseName) {
    return Optional.ofNullable(BY_NAME.get(joseName));
  }

  String joseName() {
    return joseName;
  }

  KeyType keyType() {
    return keyType;
  }

  /** Whether this is the key's signature over the input; {@code key} is of {@link #keyType}. */
  boolean verify(PublicKey key, byte[] input, byte[] signature) {
    if (keyType.signatureBytes != 0 && signature.length != keyType.signatureBytes) {
      return false;
    }
    try {
      Signature engine = engine();
      engine.initVerify(key);
      engine.update(input);
      return engine.verify(signature);
    } catch (GeneralSecurityException e) {
      return false; // the bytes are no signature at all: providers differ in how they say so
    }
  }

  private Signature engine() throws GeneralSecurityException {
    Provider provider = CryptoProvider.chosen().jca();
    Signature engine = Signature.getInstance(jcaName, provider);
    if (pssBits != 0) {
      engine.setParameter(pss(pssBits));
    }
    return engine;
  }

  /** RFC 7518 3.5: the mask uses the same hash, the salt is as long as the hash. */
  private static PSSParameterSpec pss(int bits) {
    String hash = "SHA-" + bits;
    return new PSSParameterSpec(
        hash,
        "MGF1",
        new MGF1ParameterSpec(hash),
        bits / Byte.SIZE,
        PSSParameterSpec.TRAILER_FIELD_BC);
  }
}
