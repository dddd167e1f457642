package dev.mayfly.cli;

import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mayfly.cli.broker.JwkKeys;
import dev.mayfly.key.Alg;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * A broker's outside on loopback, made of real keys, tokens and lists, where a test decides what it
 * says. What it was asked is kept for the test to look at.
 */
final class FakeBroker implements AutoCloseable {

  static final String ORDERS = "https://orders.test";
  static final int ENTRIES = 64;

  /** One request as it came. */
  record Asked(String method, String path, Map<String, List<String>> headers, String body) {

    String header(String name) {
      return headers.getOrDefault(name, List.of("")).getFirst();
    }

    Map<String, List<String>> form() {
      Map<String, List<String>> form = new HashMap<>();
      for (String field : body.split("&", -1)) {
        String[] parts = field.split("=", 2);
        form.computeIfAbsent(decoded(parts[0]), name -> new ArrayList<>()).add(decoded(parts[1]));
      }
      return form;
    }

    private static String decoded(String text) {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
  }

  /** One answer as it goes. */
  record Said(int status, Map<String, String> headers, String body) {

    static Said json(int status, Map<String, ?> body) {
      return new Said(status, Map.of(), JSONObjectUtils.toJSONString(body));
    }
  }

  /** What a test puts in the place of a usual answer. */
  interface Page {
    Said answer(Asked asked) throws Exception;
  }

  final ECKey key;
  final List<Asked> asked = new CopyOnWriteArrayList<>();
  final byte[] states = new byte[ENTRIES / Byte.SIZE];
  private final HttpServer server;
  private final InstantSource clock;
  private final Map<String, Page> pages = new HashMap<>();

  FakeBroker(InstantSource clock) throws Exception {
    this.clock = clock;
    this.key = new ECKeyGenerator(Curve.P_256).keyIDFromThumbprint(true).generate();
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::serve);
    server.start();
    page("/.well-known/oauth-authorization-server", asked -> metadata());
    page("/.well-known/jwks.json", asked -> jwks(key));
    page("/status-lists/1", asked -> list());
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  String listUri() {
    return url() + "/status-lists/1";
  }

  void page(String path, Page page) {
    pages.put(path, page);
  }

  List<Asked> askedAt(String path) {
    return asked.stream().filter(one -> one.path().startsWith(path)).toList();
  }

  void revoke(int index) {
    states[index / Byte.SIZE] |= (byte) (1 << (index % Byte.SIZE));
  }

  /** The claims of a good token; a test changes what it wants to see refused. */
  Map<String, Object> claims(int index) {
    Instant now = clock.instant();
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", url());
    claims.put("sub", "spiffe://shop.test/checkout");
    claims.put("client_id", "spiffe://shop.test/checkout");
    claims.put("aud", ORDERS);
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", now.plusSeconds(300).getEpochSecond());
    claims.put("jti", "01990000-0000-7000-8000-000000000001");
    claims.put("scope", "orders:read orders:write");
    claims.put("grant", "01990000-0000-7000-8000-00000000000a");
    claims.put("status", Map.of("status_list", Map.of("idx", index, "uri", listUri())));
    return claims;
  }

  String token(int index) throws Exception {
    return signed("at+jwt", claims(index));
  }

  String signed(String typ, Map<String, Object> claims) throws Exception {
    return signed(key, Alg.ES256, typ, claims);
  }

  static String signed(JWK key, Alg alg, String typ, Map<String, Object> claims) throws Exception {
    Map<String, Object> header = new LinkedHashMap<>();
    header.put("alg", alg.joseName());
    header.put("typ", typ);
    header.put("kid", key.getKeyID());
    String input = encoded(header) + "." + encoded(claims);
    byte[] proof = JwkKeys.sign(alg, key, input.getBytes(StandardCharsets.US_ASCII));
    return input + "." + Base64URL.encode(proof);
  }

  static String encoded(Map<String, Object> json) {
    return Base64URL.encode(JSONObjectUtils.toJSONString(json)).toString();
  }

  Map<String, Object> listClaims() {
    Instant now = clock.instant();
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("sub", listUri());
    claims.put("iat", now.getEpochSecond());
    claims.put("exp", now.plusSeconds(60).getEpochSecond());
    claims.put("ttl", 5);
    claims.put("status_list", Map.of("bits", 1, "lst", packed(states)));
    return claims;
  }

  Said list() throws Exception {
    return list(listClaims());
  }

  Said list(Map<String, Object> claims) throws Exception {
    return new Said(
        200, Map.of("ETag", "\"" + clock.millis() + "\""), signed("statuslist+jwt", claims));
  }

  Said jwks(JWK... keys) {
    return new Said(
        200,
        Map.of("Cache-Control", "public, max-age=300", "ETag", "\"keys\""),
        new JWKSet(List.of(keys)).toString());
  }

  private Said metadata() {
    return new Said(
        200,
        Map.of("Cache-Control", "max-age=3600"),
        JSONObjectUtils.toJSONString(
            Map.of(
                "issuer", url(),
                "token_endpoint", url() + "/oauth/token",
                "revocation_endpoint", url() + "/oauth/revoke",
                "device_authorization_endpoint", url() + "/oauth/device_authorization",
                "introspection_endpoint", url() + "/oauth/introspect",
                "jwks_uri", url() + "/.well-known/jwks.json")));
  }

  static String packed(byte[] states) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflate = new DeflaterOutputStream(packed, new Deflater(9))) {
      deflate.write(states);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return Base64URL.encode(packed.toByteArray()).toString();
  }

  private void serve(HttpExchange exchange) throws IOException {
    String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    Asked one =
        new Asked(
            exchange.getRequestMethod(),
            exchange.getRequestURI().toString(),
            Map.copyOf(exchange.getRequestHeaders()),
            body);
    asked.add(one);
    Said said = say(one, exchange.getRequestURI().getPath());
    said.headers().forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
    byte[] bytes = said.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(said.status(), bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private Said say(Asked one, String path) {
    try {
      return pages.getOrDefault(path, asked -> Said.json(404, Map.of())).answer(one);
    } catch (Exception e) {
      return Said.json(500, Map.of("detail", String.valueOf(e)));
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
