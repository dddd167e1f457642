package dev.mayfly.http;

import static io.restassured.RestAssured.given;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.SignedJWT;
import io.restassured.response.Response;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** A relying service: verifies offline with what the broker publishes. */
final class Tokens {

  private static final byte[] ED25519_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  private Tokens() {}

  static SignedJWT parse(String token) {
    try {
      return SignedJWT.parse(token);
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
  }

  static Map<String, Object> claims(String token) {
    return parse(token).getPayload().toJSONObject();
  }

  /** Whether a published key signed it. */
  static boolean verifies(String token) {
    try {
      SignedJWT jwt = parse(token);
      JWKSet published = JWKSet.parse(given().get("/.well-known/jwks.json").asString());
      JWK key = published.getKeyByKeyId(jwt.getHeader().getKeyID());
      return key != null
          && switch (jwt.getHeader().getAlgorithm().getName()) {
            case "ES256" -> jwt.verify(new ECDSAVerifier(key.toECKey()));
            case "RS256" -> jwt.verify(new RSASSAVerifier(key.toRSAKey()));
            case "Ed25519" -> ed25519(jwt, key.toOctetKeyPair().getDecodedX());
            default -> false;
          };
    } catch (ParseException | JOSEException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean ed25519(SignedJWT jwt, byte[] x) throws GeneralSecurityException {
    byte[] encoded = Arrays.copyOf(ED25519_PREFIX, ED25519_PREFIX.length + x.length);
    System.arraycopy(x, 0, encoded, ED25519_PREFIX.length, x.length);
    Signature engine = Signature.getInstance("Ed25519");
    engine.initVerify(
        KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
    engine.update(jwt.getSigningInput());
    return engine.verify(jwt.getSignature().decode());
  }

  /** The path of the token's status list on this broker. */
  static String listPath(String token) {
    String uri = (String) statusList(token).get("uri");
    return uri.substring(Shop.ISSUER.length());
  }

  /** What a signed list says of the token: 0 VALID, 1 INVALID. */
  static int status(Response list, String token) {
    try {
      Map<String, Object> claims = claims(list.asString());
      Map<String, Object> encoded = JSONObjectUtils.getJSONObject(claims, "status_list");
      int index = ((Number) statusList(token).get("idx")).intValue();
      Inflater inflater = new Inflater();
      inflater.setInput(new Base64URL((String) encoded.get("lst")).decode());
      byte[] bits = new byte[index / 8 + 1];
      int filled = 0;
      while (filled < bits.length) {
        filled += inflater.inflate(bits, filled, bits.length - filled);
      }
      inflater.end();
      return bits[index / 8] >> (index % 8) & 1;
    } catch (ParseException | DataFormatException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, Object> statusList(String token) {
    try {
      return JSONObjectUtils.getJSONObject(
          JSONObjectUtils.getJSONObject(claims(token), "status"), "status_list");
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
  }
}
