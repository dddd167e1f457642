package dev.mayfly.story;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.time.Duration;
import java.util.Base64;
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
    try {
      SignedJWT jwt = SignedJWT.parse(token);
      JWKSet keys = JWKSet.parse(get(broker.at("/.well-known/jwks.json"), "application/json"));
      var key = keys.getKeyByKeyId(jwt.getHeader().getKeyID()).toECKey();
      if (!jwt.verify(new ECDSAVerifier(key))) {
        throw new AssertionError("the signature does not verify");
      }
      return jwt.getJWTClaimsSet().toJSONObject();
    } catch (ParseException | JOSEException e) {
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
