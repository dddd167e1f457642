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

  private static final String NOT_OURS = "signing_keys.public_jwk is not what Mayfly wrote";

  private final KeyId id;
  private final Alg alg;
  private final String json;
  private final byte[] spki;

  private PublicJwk(KeyId id, Alg alg, String json, byte[] spki) {
    this.id = id;
    this.alg = alg;
    this.json = json;
    this.spki = spki;
  }

  static PublicJwk of(Alg alg, PublicKey key) {
    if (alg == Alg.ML_DSA_65) {
      return ofAkp(AkpJwk.of(key.getEncoded()));
    }
    Algorithm name = new Algorithm(alg.joseName());
    try {
      return of(
          alg,
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
            case ML_DSA_65 -> throw new IllegalStateException("is read above");
          });
    } catch (JOSEException e) {
      throw new IllegalStateException("a public key has a thumbprint", e);
    }
  }

  /** From the table; what stands there was written by {@link #json}. */
  static PublicJwk parse(Alg alg, String json) {
    try {
      return alg == Alg.ML_DSA_65 ? ofAkp(json) : of(alg, JWK.parse(json));
    } catch (ParseException | JOSEException e) {
      throw new IllegalStateException(NOT_OURS, e);
    }
  }

  private static PublicJwk of(Alg alg, JWK jwk) throws JOSEException {
    byte[] spki =
        switch (jwk) {
          case ECKey ec -> ec.toPublicKey().getEncoded();
          case RSAKey rsa -> rsa.toPublicKey().getEncoded();
          default -> spki(jwk.toOctetKeyPair().getDecodedX());
        };
    return new PublicJwk(new KeyId(jwk.getKeyID()), alg, jwk.toJSONString(), spki);
  }

  private static PublicJwk ofAkp(String json) {
    return new PublicJwk(AkpJwk.id(json), Alg.ML_DSA_65, json, AkpJwk.spki(json));
  }

  public KeyId id() {
    return id;
  }

  public Alg alg() {
    return alg;
  }

  /** As published; the same key gives the same text on every node. */
  String json() {
    return json;
  }

  /** For checking a signature with a {@link java.security.Signature}. */
  PublicKey key(CryptoProvider crypto) {
    try {
      return recoded(crypto, spki);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(NOT_OURS, e);
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
