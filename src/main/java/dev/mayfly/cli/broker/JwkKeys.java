package dev.mayfly.cli.broker;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import dev.mayfly.key.Alg;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Signs and verifies with a JWK by the JDK alone. Nimbus needs Tink for Ed25519, and a native
 * provider takes longer to load than a command takes to run.
 */
public final class JwkKeys {

  private static final int SMALLEST_RSA = 2048;

  // RFC 8410 7 and 4: the DER around a raw Ed25519 private or public key.
  private static final byte[] PKCS8_PREFIX =
      HexFormat.of().parseHex("302e020100300506032b657004220420");
  private static final byte[] SPKI_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private JwkKeys() {}

  /** The one algorithm a key is for; empty for a key of another kind or too small. */
  public static Optional<Alg> algOf(JWK key) {
    return switch (key) {
      case ECKey ec when Curve.P_256.equals(ec.getCurve()) -> Optional.of(Alg.ES256);
      case RSAKey rsa when rsa.size() >= SMALLEST_RSA -> Optional.of(Alg.RS256);
      case OctetKeyPair okp when Curve.Ed25519.equals(okp.getCurve()) -> Optional.of(Alg.ED25519);
      default -> Optional.empty();
    };
  }

  public static byte[] sign(Alg alg, JWK key, byte[] input)
      throws GeneralSecurityException, JOSEException {
    Signature signature = Signature.getInstance(alg.signatureName());
    signature.initSign(privateKey(key));
    signature.update(input);
    return signature.sign();
  }

  /** False also for a signature or key that makes no sense: it proves nothing. */
  public static boolean verify(Alg alg, JWK key, byte[] input, byte[] proof) {
    try {
      Signature signature = Signature.getInstance(alg.signatureName());
      signature.initVerify(publicKey(key));
      signature.update(input);
      return signature.verify(proof);
    } catch (GeneralSecurityException | JOSEException e) {
      return false;
    }
  }

  private static PrivateKey privateKey(JWK key) throws GeneralSecurityException, JOSEException {
    return switch (key) {
      case ECKey ec -> ec.toECPrivateKey();
      case RSAKey rsa -> rsa.toRSAPrivateKey();
      case OctetKeyPair okp ->
          KeyFactory.getInstance("Ed25519")
              .generatePrivate(new PKCS8EncodedKeySpec(joined(PKCS8_PREFIX, okp.getDecodedD())));
      default -> throw new JOSEException("not a key for signing");
    };
  }

  private static PublicKey publicKey(JWK key) throws GeneralSecurityException, JOSEException {
    return switch (key) {
      case ECKey ec -> ec.toECPublicKey();
      case RSAKey rsa -> rsa.toRSAPublicKey();
      case OctetKeyPair okp ->
          KeyFactory.getInstance("Ed25519")
              .generatePublic(new X509EncodedKeySpec(joined(SPKI_PREFIX, okp.getDecodedX())));
      default -> throw new JOSEException("not a key for verifying");
    };
  }

  private static byte[] joined(byte[] first, byte[] second) {
    byte[] both = new byte[first.length + second.length];
    System.arraycopy(first, 0, both, 0, first.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
