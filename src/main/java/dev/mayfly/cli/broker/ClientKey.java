package dev.mayfly.cli.broker;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import dev.mayfly.key.Alg;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who the command line is to the broker: a client id and a private key, read from a file, held in
 * memory, shown to nobody.
 *
 * <p>The file is a private JWK, or {@code {"client_id": "...", "key": {JWK}}}. A bare JWK may carry
 * a {@code client_id} member of its own (RFC 7517 4 lets others ignore it).
 */
public final class ClientKey {

  /** Long enough for a slow network, far under the five minutes that a broker accepts. */
  private static final Duration ASSERTION_LIFE = Duration.ofSeconds(60);

  private static final int JTI_BYTES = 16;

  private final String clientId;
  private final JWK key;
  private final Alg alg;

  private ClientKey(String clientId, JWK key, Alg alg) {
    this.clientId = clientId;
    this.key = key;
    this.alg = alg;
  }

  public static ClientKey read(Path file, Optional<String> clientId) throws Stop {
    Json document =
        Json.parse(contentOf(file))
            .orElseThrow(() -> bad(file, "it holds no JSON object", "it must be a private JWK"));
    Map<String, Object> jwk = document.object("key").orElse(document).members();
    String id =
        clientId
            .or(() -> document.text("client_id"))
            .orElseThrow(
                () ->
                    Stop.usage(
                        "whose key is " + file + "? it names no client_id",
                        "say it with --client or MAYFLY_CLIENT (a workload's SPIFFE ID)"));
    JWK key = parse(file, jwk);
    if (!key.isPrivate()) {
      throw bad(file, "it holds only a public key", "point --key-file at the private one");
    }
    Alg alg =
        JwkKeys.algOf(key)
            .orElseThrow(
                () -> bad(file, "no usable kind of key", "use P-256, Ed25519 or RSA >= 2048"));
    return new ClientKey(id, key, alg);
  }

  public String clientId() {
    return clientId;
  }

  /** A fresh client assertion (RFC 7523 3 with rfc7523bis: {@code aud} is the issuer, alone). */
  public String assertion(String issuer, Instant now) throws Stop {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("alg", alg.joseName());
    header.put("typ", "client-authentication+jwt");
    if (key.getKeyID() != null) {
      header.put("kid", key.getKeyID());
    }
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", clientId);
    claims.put("sub", clientId);
    claims.put("aud", issuer);
    claims.put("jti", freshId());
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", now.plus(ASSERTION_LIFE).getEpochSecond());
    String input = encoded(header) + "." + encoded(claims);
    try {
      byte[] proof = JwkKeys.sign(alg, key, input.getBytes(StandardCharsets.US_ASCII));
      return input + "." + Base64URL.encode(proof);
    } catch (GeneralSecurityException | JOSEException e) {
      throw Stop.usage(
          "the key of " + clientId + " cannot sign", "check the key file: is it complete?");
    }
  }

  private static String freshId() {
    byte[] random = new byte[JTI_BYTES];
    new SecureRandom().nextBytes(random);
    return Base64URL.encode(random).toString();
  }

  private static Base64URL encoded(Map<String, Object> json) {
    return Base64URL.encode(JSONObjectUtils.toJSONString(json));
  }

  private static String contentOf(Path file) throws Stop {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw bad(file, "it cannot be read", "check the path and who may read it");
    }
  }

  private static JWK parse(Path file, Map<String, Object> jwk) throws Stop {
    try {
      return JWK.parse(jwk);
    } catch (ParseException e) {
      throw bad(file, "it holds no JWK", "it must be a private JWK (RFC 7517)");
    }
  }

  private static Stop bad(Path file, String what, String advice) {
    return Stop.usage("key file " + file + ": " + what, advice);
  }
}
