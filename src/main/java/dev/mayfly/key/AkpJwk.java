package dev.mayfly.key;

import com.nimbusds.jose.util.Base64URL;
import dev.mayfly.store.KeyId;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An ML-DSA-65 public key as a JWK of type {@code AKP}, which JOSE's library does not read yet. It
 * stands in the table only: no such key signs anything that the JWKS is for.
 */
final class AkpJwk {

  /** Everything before the 1952 bytes of the key (RFC 9881 4). */
  private static final byte[] SPKI =
      HexFormat.of().parseHex("308207b2300b0609608648016503040312038207a100");

  private AkpJwk() {}

  static String of(byte[] spki) {
    String pub = Base64URL.encode(Arrays.copyOfRange(spki, SPKI.length, spki.length)).toString();
    return new JsonObject()
        .put("kty", "AKP")
        .put("use", "sig")
        .put("kid", thumbprint(pub))
        .put("alg", Alg.ML_DSA_65.joseName())
        .put("pub", pub)
        .encode();
  }

  static KeyId id(String json) {
    return new KeyId(new JsonObject(json).getString("kid"));
  }

  static byte[] spki(String json) {
    byte[] pub = new Base64URL(new JsonObject(json).getString("pub")).decode();
    byte[] spki = Arrays.copyOf(SPKI, SPKI.length + pub.length);
    System.arraycopy(pub, 0, spki, SPKI.length, pub.length);
    return spki;
  }

  /** RFC 7638 3, over the members that name the key, in their order. */
  private static String thumbprint(String pub) {
    String members = "{\"alg\":\"ML-DSA-65\",\"kty\":\"AKP\",\"pub\":\"" + pub + "\"}";
    try {
      return Base64URL.encode(
              MessageDigest.getInstance("SHA-256").digest(members.getBytes(StandardCharsets.UTF_8)))
          .toString();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
