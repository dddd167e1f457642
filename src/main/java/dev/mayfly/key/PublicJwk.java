package dev.mayfly.key;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import dev.mayfly.store.KeyId;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.Arrays;
import java.util.HexFormat;

/** A public key as it is published (RFC 7517), with {@code use}, {@code alg} and its thumbprint. */
public final class PublicJwk {

  /** Of an Ed25519 key, everything before its 32 bytes (RFC 8410 4). */
  private static final byte[] ED25519_SPKI = HexFormat.of().parseHex("302a300506032b6570032100");

  private final JWK jwk;
  private final Alg alg;

  private PublicJwk(JWK jwk, Alg alg) {
    this.jwk = jwk;
    this.alg = alg;
  }

  static PublicJwk of(Alg alg, PublicKey key) {
    Algorithm name = new Algorithm(alg.joseName());
    try {
      JWK jwk =
          switch (alg) {
            case ES256, ES384 ->
                new ECKey.Builder(alg == Alg.ES256 ? Curve.P_256 : Curve.P_384, (ECPublicKey) key)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(name)
                    .keyIDFromThumbprint()
                    .build();
            case RS256 ->
                new RSAKey.Builder((RSAPublicKey) key)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(name)
                    .keyIDFromThumbprint()
                    .build();
            case ED25519 ->
                new OctetKeyPair.Builder(Curve.Ed25519, raw(key))
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(name)
                    .keyIDFromThumbprint()
                    .build();
          };
      return new PublicJwk(jwk, alg);
    } catch (JOSEException e) {
      throw new IllegalStateException("a public key has a thumbprint", e);
    }
  }

  /** From the table; what stands there was written by {@link #json}. */
  static PublicJwk parse(Alg alg, String json) {
    try {
      return new PublicJwk(JWK.parse(json), alg);
    } catch (ParseException e) {
      throw new IllegalStateException("signing_keys.public_jwk is not what Mayfly wrote", e);
    }
  }

  public KeyId id() {
    return new KeyId(jwk.getKeyID());
  }

  public Alg alg() {
    return alg;
  }

  /** As published; the same key gives the same text on every node. */
  String json() {
    return jwk.toJSONString();
  }

  /** For checking a signature with a {@link java.security.Signature}. */
  PublicKey key(CryptoProvider crypto) {
    try {
      return switch (alg) {
        case ES256, ES384 -> recoded(crypto, jwk.toECKey().toPublicKey().getEncoded());
        case RS256 -> recoded(crypto, jwk.toRSAKey().toPublicKey().getEncoded());
        case ED25519 -> recoded(crypto, spki(jwk.toOctetKeyPair().getDecodedX()));
      };
    } catch (JOSEException | GeneralSecurityException e) {
      throw new IllegalStateException("signing_keys.public_jwk is not what Mayfly wrote", e);
    }
  }

  /** In the provider's own form, so that it need not translate at each use. */
  private PublicKey recoded(CryptoProvider crypto, byte[] encoded) throws GeneralSecurityException {
    return crypto.keyFactory(alg).generatePublic(new X509EncodedKeySpec(encoded));
  }

  private static byte[] spki(byte[] raw) {
    byte[] encoded = Arrays.copyOf(ED25519_SPKI, ED25519_SPKI.length + raw.length);
    System.arraycopy(raw, 0, encoded, ED25519_SPKI.length, raw.length);
    return encoded;
  }

  private static Base64URL raw(PublicKey key) {
    byte[] encoded = key.getEncoded();
    return Base64URL.encode(Arrays.copyOfRange(encoded, ED25519_SPKI.length, encoded.length));
  }
}
