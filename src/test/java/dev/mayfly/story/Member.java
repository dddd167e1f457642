package dev.mayfly.story;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** Somebody of the shop's staff with a terminal's key: logged in by a code, speaking DPoP. */
final class Member {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String issuer;
  private final ECKey key;
  private final String token;
  private volatile String nonce;

  private Member(String issuer, ECKey key, String token, String nonce) {
    this.issuer = issuer;
    this.key = key;
    this.token = token;
    this.nonce = nonce;
  }

  /** Logs one of the development provider's people in: by their browser, then by a code. */
  static Member logIn(String who, BrokerProcess broker, String issuer) throws IOException {
    Browser browser = new Browser().open(broker.at("/login"));
    browser.submit(Map.of("person", who));
    try {
      Member nobody = new Member(issuer, new ECKeyGenerator(Curve.P_256).generate(), "", "");
      JsonNode code = nobody.form(broker, "/oauth/device_authorization", Map.of());
      browser.open(broker.at("/login/device?user_code=" + code.get("user_code").asText()));
      browser.submit(Map.of("decision", "confirm"));
      JsonNode tokens =
          nobody.form(
              broker,
              "/oauth/token",
              Map.of(
                  "grant_type",
                  "urn:ietf:params:oauth:grant-type:device_code",
                  "device_code",
                  code.get("device_code").asText()));
      return new Member(issuer, nobody.key, tokens.get("access_token").asText(), nobody.nonce);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The same terminal, for a second thread. */
  Member alike() {
    return new Member(issuer, key, token, nonce);
  }

  Client.Answer post(BrokerProcess broker, String path, Map<String, Object> body)
      throws IOException {
    return call(
        broker,
        "POST",
        path,
        HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)),
        "application/json");
  }

  Client.Answer get(BrokerProcess broker, String path) throws IOException {
    return call(broker, "GET", path, HttpRequest.BodyPublishers.noBody(), "application/json");
  }

  /** A credential of an elevated role (RFC 8693). */
  Client.Answer mint(BrokerProcess broker, String role) throws IOException {
    Map<String, String> form =
        Map.of(
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token",
            token,
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
            "role",
            role);
    return sent(broker, "/oauth/token", form);
  }

  private JsonNode form(BrokerProcess broker, String path, Map<String, String> form)
      throws IOException {
    Map<String, String> all = new HashMap<>(form);
    all.put("client_id", "mayfly-cli");
    Client.Answer answer = sent(broker, path, all);
    if (answer.status() != 200) {
      throw new AssertionError(path + " answered " + answer);
    }
    return answer.body();
  }

  private Client.Answer sent(BrokerProcess broker, String path, Map<String, String> form)
      throws IOException {
    String body =
        form.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    return call(
        broker,
        "POST",
        path,
        HttpRequest.BodyPublishers.ofString(body),
        "application/x-www-form-urlencoded");
  }

  /** Once more where the broker wants to see another nonce (RFC 9449 8). */
  private Client.Answer call(
      BrokerProcess broker, String method, String path, HttpRequest.BodyPublisher body, String type)
      throws IOException {
    HttpResponse<String> answer = once(broker, method, path, body, type);
    if (answer.statusCode() >= 400 && answer.body().contains("nonce")) {
      answer = once(broker, method, path, body, type);
    }
    String text = answer.body().isBlank() ? "{}" : answer.body();
    return new Client.Answer(
        answer.statusCode(), JSON.readTree(text), answer.headers().firstValue("Retry-After"));
  }

  private HttpResponse<String> once(
      BrokerProcess broker, String method, String path, HttpRequest.BodyPublisher body, String type)
      throws IOException {
    boolean resource = !token.isEmpty() && path.startsWith("/v1");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(broker.at(path))
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", type)
            .header("DPoP", proof(method, path.split("\\?", 2)[0], resource))
            .method(method, body);
    if (resource) {
      request.header("Authorization", "DPoP " + token);
    }
    try {
      HttpResponse<String> answer =
          BrokerProcess.HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
      answer.headers().firstValue("DPoP-Nonce").ifPresent(next -> nonce = next);
      return answer;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private String proof(String method, String path, boolean resource) {
    JWTClaimsSet.Builder claims =
        new JWTClaimsSet.Builder()
            .jwtID(UUID.randomUUID().toString())
            .claim("htm", method)
            .claim("htu", issuer + path)
            .issueTime(Date.from(Instant.now()));
    if (!nonce.isEmpty()) {
      claims.claim("nonce", nonce);
    }
    if (resource) {
      claims.claim("ath", hash(token));
    }
    try {
      SignedJWT proof =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.ES256)
                  .type(new JOSEObjectType("dpop+jwt"))
                  .jwk(key.toPublicJWK())
                  .build(),
              claims.build());
      proof.sign(new ECDSASigner(key));
      return proof.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String hash(String text) {
    try {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(
              MessageDigest.getInstance("SHA-256")
                  .digest(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
