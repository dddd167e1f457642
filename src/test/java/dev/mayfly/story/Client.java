package dev.mayfly.story;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;

/** A workload of {@code keys-dev} with its key, as it talks to a broker. */
final class Client {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ASSERTION_TYPE =
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

  private final String id;
  private final ECKey key;
  private final String issuer;

  private Client(String id, ECKey key, String issuer) {
    this.id = id;
    this.key = key;
    this.issuer = issuer;
  }

  /** What the broker answered. */
  record Answer(int status, JsonNode body, Optional<String> retryAfter) {
    String token() {
      return body.get("access_token").asText();
    }

    /** The OAuth error's code; empty when it is none. */
    String error() {
      return body.path("error").asText();
    }
  }

  static Client of(String entry, String spiffeId, String issuer) {
    try {
      String jwk = Files.readString(Path.of("keys-dev", entry + ".jwk.json"));
      return new Client(spiffeId, ECKey.parse(jwk), issuer);
    } catch (IOException | ParseException e) {
      throw new IllegalStateException(e);
    }
  }

  String id() {
    return id;
  }

  /** A fresh assertion of one minute (RFC 7523 3). */
  String assertion() {
    return assertion(UUID.randomUUID().toString());
  }

  String assertion(String jti) {
    Instant now = Instant.now();
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer(id)
            .subject(id)
            .audience(issuer)
            .jwtID(jti)
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plusSeconds(60)))
            .build();
    return sign("client-authentication+jwt", claims);
  }

  /** Signs with this client's key. */
  String sign(String type, JWTClaimsSet claims) {
    try {
      SignedJWT jwt =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.ES256)
                  .type(new JOSEObjectType(type))
                  .keyID(key.getKeyID())
                  .build(),
              claims);
      jwt.sign(new ECDSASigner(key));
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A fresh proof that it holds its key, for the token endpoint (RFC 9449 4.2). */
  String dpopProof(String nonce) {
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .jwtID(UUID.randomUUID().toString())
            .claim("htm", "POST")
            .claim("htu", issuer + "/oauth/token")
            .claim("nonce", nonce)
            .issueTime(Date.from(Instant.now()))
            .build();
    try {
      SignedJWT proof =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.ES256)
                  .type(new JOSEObjectType("dpop+jwt"))
                  .jwk(key.toPublicJWK())
                  .build(),
              claims);
      proof.sign(new ECDSASigner(key));
      return proof.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The nonce that a broker hands out with its answer to any proof. */
  String nonce(BrokerProcess broker) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(broker.at("/v1/info")).header("DPoP", dpopProof("")).build();
    try {
      return BrokerProcess.HTTP
          .send(request, HttpResponse.BodyHandlers.discarding())
          .headers()
          .firstValue("DPoP-Nonce")
          .orElseThrow();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Asks for a token; {@code more} are further form parameters. */
  Answer token(BrokerProcess broker, Map<String, String> more) throws IOException {
    return post(
        broker.at("/oauth/token"),
        with(more, Map.of("grant_type", "client_credentials")),
        Map.of());
  }

  Answer token(BrokerProcess broker, Map<String, String> more, Map<String, String> headers)
      throws IOException {
    return post(
        broker.at("/oauth/token"), with(more, Map.of("grant_type", "client_credentials")), headers);
  }

  /** Exchanges what an issuer signed about somebody for a token (RFC 7523 2.1). */
  static Answer bearer(BrokerProcess broker, String assertion) throws IOException {
    return post(
        broker.at("/oauth/token"),
        Map.of("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion", assertion),
        Map.of());
  }

  Answer introspect(BrokerProcess broker, String token) throws IOException {
    return post(broker.at("/oauth/introspect"), with(Map.of("token", token), Map.of()), Map.of());
  }

  Answer revoke(BrokerProcess broker, String token) throws IOException {
    return post(broker.at("/oauth/revoke"), with(Map.of("token", token), Map.of()), Map.of());
  }

  /** Sends a form authenticated by a fresh assertion, unless one is among the parameters. */
  private Map<String, String> with(Map<String, String> more, Map<String, String> fixed) {
    var all = new java.util.HashMap<>(fixed);
    all.put("client_assertion_type", ASSERTION_TYPE);
    all.putAll(more);
    all.computeIfAbsent("client_assertion", missing -> assertion());
    return all;
  }

  private static Answer post(URI to, Map<String, String> form, Map<String, String> headers)
      throws IOException {
    String body =
        form.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    HttpRequest.Builder request =
        HttpRequest.newBuilder(to)
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return send(request.build());
  }

  /** Calls {@code /v1} with a bearer token; a null body means GET. */
  static Answer api(URI to, String token, Map<String, String> body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(to)
            .timeout(Duration.ofSeconds(20))
            .header("Authorization", "Bearer " + token);
    if (body.isEmpty()) {
      return send(request.GET().build());
    }
    return send(
        request
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
            .build());
  }

  private static Answer send(HttpRequest request) throws IOException {
    try {
      HttpResponse<String> response =
          BrokerProcess.HTTP.send(request, HttpResponse.BodyHandlers.ofString());
      String body = response.body().isBlank() ? "{}" : response.body();
      return new Answer(
          response.statusCode(), JSON.readTree(body), response.headers().firstValue("Retry-After"));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
