package dev.mayfly.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import dev.mayfly.identity.SignatureAlgorithm.KeyType;
import dev.mayfly.key.CryptoProvider;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Provider;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Optional;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/**
 * One public key that may verify a proof, parsed once, in the form its crypto provider likes best.
 *
 * @param kid as its JWK names it
 * @param only the one algorithm its JWK allows, when it names one
 */
record VerifyingKey(
    Optional<String> kid, Optional<SignatureAlgorithm> only, KeyType type, PublicKey key) {

  /** NIST SP 800-131A; longer than the longest costs more time to check than a proof is worth. */
  private static final int RSA_MIN_BITS = 2_048;

  private static final int RSA_MAX_BITS = 8_192;

  /** The key, or empty for one that cannot sign a proof: symmetric, weak, for encryption, odd. */
  static Optional<VerifyingKey> of(JWK jwk) {
    return isForSignatures(jwk) ? typeOf(jwk).flatMap(type -> ofType(jwk, type)) : Optional.empty();
  }

  boolean fits(SignatureAlgorithm algorithm) {
    return type == algorithm.keyType()
        && only.map(one -> one == algorithm || type == KeyType.ED25519).orElse(true);
  }

  /** Whether this key signed the assertion; {@code algorithm} fits it. */
  boolean verifies(SignatureAlgorithm algorithm, SignedAssertion assertion) {
    return algorithm.verify(key, assertion.signingInput(), assertion.signature());
  }

  private static boolean isForSignatures(JWK jwk) {
    boolean use = jwk.getKeyUse() == null || jwk.getKeyUse().equals(KeyUse.SIGNATURE);
    boolean operation =
        jwk.getKeyOperations() == null || jwk.getKeyOperations().contains(KeyOperation.VERIFY);
    return use && operation && !jwk.isPrivate();
  }

  private static Optional<KeyType> typeOf(JWK jwk) {
    return switch (jwk) {
      case ECKey key when key.getCurve().equals(Curve.P_256) -> Optional.of(KeyType.P256);
      case ECKey key when key.getCurve().equals(Curve.P_384) -> Optional.of(KeyType.P384);
      case ECKey key when key.getCurve().equals(Curve.P_521) -> Optional.of(KeyType.P521);
      case OctetKeyPair key when key.getCurve().equals(Curve.Ed25519) ->
          Optional.of(KeyType.ED25519);
      case RSAKey _ -> Optional.of(KeyType.RSA);
      default -> Optional.empty();
    };
  }

  private static Optional<VerifyingKey> ofType(JWK jwk, KeyType type) {
    Optional<String> name = Optional.ofNullable(jwk.getAlgorithm()).map(alg -> alg.getName());
    Optional<SignatureAlgorithm> only = name.flatMap(SignatureAlgorithm::named);
    if (name.isPresent() && only.isEmpty()) {
      return Optional.empty();
    }
    try {
      PublicKey key = publicKey(jwk);
      return isRightSize(key)
          ? Optional.of(new VerifyingKey(Optional.ofNullable(jwk.getKeyID()), only, type, key))
          : Optional.empty();
    } catch (GeneralSecurityException | JOSEException e) {
      return Optional.empty(); // e.g. a point that is not on its curve
    }
  }

  private static boolean isRightSize(PublicKey key) {
    if (!(key instanceof RSAPublicKey rsa)) {
      return true;
    }
    int bits = rsa.getModulus().bitLength();
    return bits >= RSA_MIN_BITS
        && bits <= RSA_MAX_BITS
        && rsa.getPublicExponent().bitLength() <= Long.SIZE;
  }

  private static PublicKey publicKey(JWK jwk) throws GeneralSecurityException, JOSEException {
    return switch (jwk) {
      case ECKey key -> own("EC", key.toECPublicKey().getEncoded());
      case RSAKey key -> own("RSA", key.toRSAPublicKey().getEncoded());
      case OctetKeyPair key -> own("Ed25519", edEncoded(key.getDecodedX()));
      default -> throw new GeneralSecurityException("not a type of key that signs proofs");
    };
  }

  /** RFC 8410 4: the bytes of the key in the wrapping every key factory reads. */
  private static byte[] edEncoded(byte[] x) throws GeneralSecurityException {
    try {
      return new SubjectPublicKeyInfo(new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519), x)
          .getEncoded();
    } catch (IOException e) {
      throw new GeneralSecurityException(e);
    }
  }

  /** A key of the provider's own class spares it a conversion at each verification. */
  static PublicKey own(String type, byte[] encoded) throws GeneralSecurityException {
    Provider provider = CryptoProvider.chosen().jca();
    KeyFactory factory =
        provider.getService("KeyFactory", type) != null
            ? KeyFactory.getInstance(type, provider)
            : KeyFactory.getInstance(type);
    return factory.generatePublic(new X509EncodedKeySpec(encoded));
  }
}
