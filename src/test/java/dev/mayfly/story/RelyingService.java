package dev.mayfly.story;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A relying service that verifies offline: the JWKS and the status list are all it ever fetches.
 * Written against the drafts alone, with none of the broker's code.
 */
final class RelyingService {

  private static final ObjectMapper JSON = new ObjectMapper();

  private RelyingService() {}

  /** The token's claims, after its signature was checked against the JWKS of the broker. */
  static Map<String, Object> verify(BrokerProcess broker, String token) {
    return verify(keys(broker), token);
  }

  /** The same against keys fetched before. */
  static Map<String, Object> verify(JWKSet keys, String token) {
    try {
      SignedJWT jwt = SignedJWT.parse(token);
      JWK key = keys.getKeyByKeyId(jwt.getHeader().getKeyID());
      if (key == null) {
        throw new AssertionError("the key set lacks the key of the token");
      }
      if (!isSignedBy(key, jwt)) {
        throw new AssertionError("the signature does not verify");
      }
      return jwt.getJWTClaimsSet().toJSONObject();
    } catch (ParseException | JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the broker publishes at this moment. */
  static JWKSet keys(BrokerProcess broker) {
    try {
      return JWKSet.parse(get(broker.at("/.well-known/jwks.json"), "application/json"));
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean isSignedBy(JWK key, SignedJWT jwt) throws JOSEException {
    return switch (key) {
      case ECKey ec -> jwt.verify(new ECDSAVerifier(ec));
      case RSAKey rsa -> jwt.verify(new RSASSAVerifier(rsa));
      case OctetKeyPair edwards -> verifiesByJdk(edwards, jwt);
      default -> throw new AssertionError("a key of no kind we know: " + key.getKeyType());
    };
  }

  /** Nimbus needs another library for Edwards curves; the JDK needs none (RFC 8410 4). */
  private static boolean verifiesByJdk(OctetKeyPair key, SignedJWT jwt) {
    byte[] prefix = HexFormat.of().parseHex("302a300506032b6570032100");
    byte[] x = key.getDecodedX();
    byte[] encoded = Arrays.copyOf(prefix, prefix.length + x.length);
    System.arraycopy(x, 0, encoded, prefix.length, x.length);
    try {
      Signature engine = Signature.getInstance("Ed25519");
      engine.initVerify(
          KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded)));
      engine.update(jwt.getSigningInput());
      return engine.verify(jwt.getSignature().decode());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether the status list, as this node serves it, says that the token is dead. */
  static boolean isRevoked(BrokerProcess node, String token) {
    try {
      Map<String, Object> status =
          SignedJWT.parse(token).getJWTClaimsSet().getJSONObjectClaim("status");
      Map<?, ?> entry = (Map<?, ?>) status.get("status_list");
      int index = ((Number) entry.get("idx")).intValue();
      String list = list(node, token);
      var claims = SignedJWT.parse(list).getJWTClaimsSet();
      if (!claims.getSubject().equals(entry.get("uri"))) {
        throw new AssertionError("the list is another one than the token names");
      }
      String packed = (String) claims.getJSONObjectClaim("status_list").get("lst");
      byte[] bits = inflate(Base64.getUrlDecoder().decode(packed));
      return ((bits[index / 8] >> (index % 8)) & 1) == 1;
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The signed list that carries the token, from this node. */
  static String list(BrokerProcess node, String token) {
    try {
      Map<String, Object> status =
          SignedJWT.parse(token).getJWTClaimsSet().getJSONObjectClaim("status");
      URI uri = URI.create((String) ((Map<?, ?>) status.get("status_list")).get("uri"));
      return get(node.at(uri.getPath()), "application/statuslist+jwt");
    } catch (ParseException e) {
      throw new IllegalStateException(e);
    }
  }

  static String json(String text, String pointer) {
    try {
      return JSON.readTree(text).at(pointer).asText();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static String get(URI from, String accept) {
    try {
      HttpResponse<String> response =
          BrokerProcess.HTTP.send(
              HttpRequest.newBuilder(from)
                  .timeout(Duration.ofSeconds(10))
                  .header("Accept", accept)
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) {
        throw new AssertionError(from + " answered " + response.statusCode());
      }
      return response.body();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What is served there, byte for byte. */
  static byte[] bytes(URI from) {
    try {
      return BrokerProcess.HTTP
          .send(HttpRequest.newBuilder(from).build(), HttpResponse.BodyHandlers.ofByteArray())
          .body();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] inflate(byte[] zlib) {
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(zlib);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      byte[] buffer = new byte[4096];
      while (!inflater.finished()) {
        bytes.write(buffer, 0, inflater.inflate(buffer));
      }
      return bytes.toByteArray();
    } catch (DataFormatException e) {
      throw new IllegalStateException(e);
    } finally {
      inflater.end();
    }
  }
}
