package dev.mayfly.http;

import static io.restassured.RestAssured.given;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Somebody with a key of their own, who binds tokens to it (RFC 9449). */
final class Holder {

  static final String TOKEN_ENDPOINT = Shop.ISSUER + "/oauth/token";

  private final ECKey key;

  Holder() {
    try {
      key = new ECKeyGenerator(Curve.P_256).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  PrivateKey key() {
    try {
      return key.toECPrivateKey();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  ECKey jwk() {
    return key;
  }

  String jkt() {
    try {
      return key.computeThumbprint().toString();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A good proof, to be made bad. */
  Proof proof(String method, String uri) {
    return new Proof()
        .header("typ", "dpop+jwt")
        .header("alg", "ES256")
        .header("jwk", new HashMap<>(key.toPublicJWK().toJSONObject()))
        .claim("jti", UUID.randomUUID().toString())
        .claim("htm", method)
        .claim("htu", uri)
        .claim("iat", Instant.now().getEpochSecond())
        .claim("nonce", nonce());
  }

  Proof mintProof() {
    return proof("POST", TOKEN_ENDPOINT);
  }

  /** For a request to {@code /v1} with this token. */
  Proof useProof(String method, String path, String token) {
    return proof(method, Shop.ISSUER + path).claim("ath", hash(token));
  }

  String signed(Proof proof) {
    return proof.signed(key());
  }

  /** A token of the client that is bound to this key. */
  Response token(Shop client, Map<String, String> more) {
    return mint(client.assertion(), signed(mintProof())).formParams(more).post("/oauth/token");
  }

  String freshToken(Shop client) {
    return token(client, Map.of()).then().statusCode(200).extract().path("access_token");
  }

  /** With token and proof as they should be. */
  RequestSpecification using(String token, String method, String path) {
    return using(token, signed(useProof(method, path, token)));
  }

  static RequestSpecification using(String token, String proof) {
    return given().header("Authorization", "DPoP " + token).header("DPoP", proof);
  }

  static RequestSpecification mint(String assertion, String proof) {
    return Shop.form(assertion).header("DPoP", proof).formParam("grant_type", "client_credentials");
  }

  /** What the broker wants to see in the next proof. */
  static String nonce() {
    return given().header("DPoP", "x").get("/v1/info").getHeader("DPoP-Nonce");
  }

  private static String hash(String token) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.US_ASCII));
      return Base64URL.encode(digest).toString();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
