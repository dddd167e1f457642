package dev.mayfly.identity;

import dev.mayfly.identity.SignatureAlgorithm.KeyType;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Keys that nobody holds, to verify against where there is no key to verify against: refusing an
 * unknown client then takes as long as refusing a bad signature.
 */
final class DecoyKeys {

  private static final int RSA_BITS = 2_048;
  private static final BigInteger RSA_EXPONENT = BigInteger.valueOf(65_537);

  private final Map<KeyType, VerifyingKey> keys = new EnumMap<>(KeyType.class);

  DecoyKeys() {
    for (KeyType type : KeyType.values()) {
      keys.put(type, decoy(type));
    }
  }

  VerifyingKey of(SignatureAlgorithm algorithm) {
    return Objects.requireNonNull(keys.get(algorithm.keyType()), "the constructor makes all");
  }

  private static VerifyingKey decoy(KeyType type) {
    try {
      PublicKey key =
          switch (type) {
            case P256 -> ec("secp256r1");
            case P384 -> ec("secp384r1");
            case P521 -> ec("secp521r1");
            case ED25519 -> KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic();
            case RSA -> rsa();
          };
      return new VerifyingKey(
          Optional.empty(),
          Optional.empty(),
          type,
          VerifyingKey.own(type.jcaName(), key.getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform makes such keys", e);
    }
  }

  private static PublicKey ec(String curve) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec(curve));
    return generator.generateKeyPair().getPublic();
  }

  /** Finding primes would take seconds of start-up; any odd number takes as long to verify with. */
  private static PublicKey rsa() throws GeneralSecurityException {
    BigInteger modulus =
        new BigInteger(RSA_BITS, new SecureRandom()).setBit(RSA_BITS - 1).setBit(0);
    return KeyFactory.getInstance("RSA")
        .generatePublic(new RSAPublicKeySpec(modulus, RSA_EXPONENT));
  }
}
