package bench;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;

/** A workload with a P-256 key of its own that signs client assertions (RFC 7523 2.2), fast. */
final class Client {

  /** Brokers accept at most five minutes; this leaves room for a slow start of the load. */
  private static final long ASSERTION_SECONDS = 280;

  private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
  private static final AtomicLong SERIAL = new AtomicLong(System.currentTimeMillis() << 20);

  private final String id;
  private final ECKey key;
  private final String header;

  Client(String id) {
    try {
      this.id = id;
      this.key = new ECKeyGenerator(Curve.P_256).keyIDFromThumbprint(true).generate();
      this.header =
          encode("{\"alg\":\"ES256\",\"typ\":\"JWT\",\"kid\":\"" + key.getKeyID() + "\"}");
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  String id() {
    return id;
  }

  /** The public key as a JWK that says what it is for. */
  String publicJwk() {
    return new ECKey.Builder(key.toPublicJWK())
        .keyUse(com.nimbusds.jose.jwk.KeyUse.SIGNATURE)
        .algorithm(com.nimbusds.jose.JWSAlgorithm.ES256)
        .build()
        .toJSONString();
  }

  /** A new assertion with its own {@code jti}. */
  String assertion(String audience) {
    long now = System.currentTimeMillis() / 1000;
    String claims =
        "{\"iss\":\""
            + id
            + "\",\"sub\":\""
            + id
            + "\",\"aud\":\""
            + audience
            + "\",\"jti\":\""
            + Long.toHexString(SERIAL.incrementAndGet())
            + "\",\"iat\":"
            + now
            + ",\"exp\":"
            + (now + ASSERTION_SECONDS)
            + "}";
    String input = header + "." + encode(claims);
    return input + "." + URL.encodeToString(sign(input));
  }

  private byte[] sign(String input) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(key.toECPrivateKey());
      signature.update(input.getBytes(StandardCharsets.US_ASCII));
      return signature.sign();
    } catch (GeneralSecurityException | JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String encode(String json) {
    return URL.encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }
}
