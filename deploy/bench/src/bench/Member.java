package bench;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Somebody who is logged in at a terminal, with the key that their session is bound to (RFC 9449).
 */
final class Member {

  private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
  private static final AtomicLong SERIAL = new AtomicLong(System.currentTimeMillis() << 20);

  private final int number;
  private final PrivateKey key;
  private final String jkt;
  private final String header;
  private volatile String token = "";

  Member(int number) {
    try {
      ECKey jwk = new ECKeyGenerator(Curve.P_256).generate();
      this.number = number;
      this.key = jwk.toECPrivateKey();
      this.jkt = jwk.computeThumbprint().toString();
      this.header =
          encode(
              "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":"
                  + jwk.toPublicJWK().toJSONString()
                  + "}");
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  int number() {
    return number;
  }

  String name() {
    return Company.name(number);
  }

  String jkt() {
    return jkt;
  }

  String token() {
    return token;
  }

  void holds(String sessionToken) {
    token = sessionToken;
  }

  /** A proof for one request that carries no access token. */
  String proof(String method, String uri, String nonce) {
    return sign(claims(method, uri, nonce) + "}");
  }

  /** A proof for one request that carries the session's token. */
  String proofWithToken(String method, String uri, String nonce) {
    return sign(
        claims(method, uri, nonce) + ",\"ath\":\"" + URL.encodeToString(hash(token)) + "\"}");
  }

  private static String claims(String method, String uri, String nonce) {
    return "{\"jti\":\""
        + Long.toHexString(SERIAL.incrementAndGet())
        + "\",\"htm\":\""
        + method
        + "\",\"htu\":\""
        + uri
        + "\",\"iat\":"
        + System.currentTimeMillis() / 1000
        + ",\"nonce\":\""
        + nonce
        + "\"";
  }

  private String sign(String claims) {
    String input = header + "." + encode(claims);
    try {
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(key);
      signature.update(input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + URL.encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static byte[] hash(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encode(String json) {
    return URL.encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }
}
