package dev.mayfly.http;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** An assertion in the making: a test can write into it what no library would. */
final class Proof {

  private final Map<String, Object> header = new LinkedHashMap<>();
  private final Map<String, Object> claims = new LinkedHashMap<>();

  /** What a conforming client sends: one minute, a fresh jti. */
  static Proof of(String client, String kid) {
    long now = Instant.now().getEpochSecond();
    return new Proof()
        .header("alg", "ES256")
        .header("kid", kid)
        .header("typ", "client-authentication+jwt")
        .claim("iss", client)
        .claim("sub", client)
        .claim("aud", Shop.ISSUER)
        .claim("jti", UUID.randomUUID().toString())
        .claim("iat", now)
        .claim("exp", now + 60);
  }

  Proof header(String name, Object value) {
    header.put(name, value);
    return this;
  }

  Proof claim(String name, Object value) {
    claims.put(name, value);
    return this;
  }

  Proof without(String name) {
    header.remove(name);
    claims.remove(name);
    return this;
  }

  String signed(PrivateKey key) {
    return signed(
        input -> {
          try {
            Signature engine = Signature.getInstance("SHA256withECDSAinP1363Format");
            engine.initSign(key);
            engine.update(input.getBytes(StandardCharsets.US_ASCII));
            return Base64URL.encode(engine.sign()).toString();
          } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  /** HMAC, keyed with what everybody knows. */
  String keyedWith(byte[] secret) {
    return signed(
        input -> {
          try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return Base64URL.encode(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)))
                .toString();
          } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  String unsigned() {
    return signed(input -> "");
  }

  private String signed(UnaryOperator<String> signature) {
    String input = part(header) + "." + part(claims);
    return input + "." + signature.apply(input);
  }

  private static String part(Map<String, Object> members) {
    return Base64URL.encode(JSONObjectUtils.toJSONString(members)).toString();
  }
}
