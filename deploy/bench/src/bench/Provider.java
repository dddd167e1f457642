package bench;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The OpenID provider of the company, on loopback: nobody has a password, and who logs in says who
 * they are ({@link #code}).
 */
final class Provider implements AutoCloseable {

  private final Company company;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, Issued> codes = new ConcurrentHashMap<>();
  private final Map<String, Issued> refreshes = new ConcurrentHashMap<>();
  private final ECKey key;

  /** What a code or a refresh token stands for. */
  private record Issued(int person, Map<String, String> asked, long authTime) {}

  private Provider(Company company, HttpServer server) {
    try {
      this.company = company;
      this.server = server;
      this.key = new ECKeyGenerator(Curve.P_256).keyID("provider").generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static Provider start(Company company) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
    Provider provider = new Provider(company, server);
    server.setExecutor(provider.threads);
    server.createContext("/", provider::answer);
    server.start();
    return provider;
  }

  String issuer() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** This person has logged in: the code that their browser brings back. */
  String code(int person, Map<String, String> asked) {
    String code = UUID.randomUUID().toString();
    codes.put(code, new Issued(person, asked, System.currentTimeMillis() / 1000));
    return code;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try {
      switch (exchange.getRequestURI().getPath()) {
        case "/.well-known/openid-configuration" -> send(exchange, 200, configuration());
        case "/keys" -> send(exchange, 200, new JWKSet(key.toPublicJWK()).toJSONObject());
        case "/token" -> token(exchange);
        default -> send(exchange, 404, Map.of());
      }
    } catch (JOSEException e) {
      throw new IOException(e);
    }
  }

  private Map<String, Object> configuration() {
    return Map.of(
        "issuer", issuer(),
        "authorization_endpoint", issuer() + "/authorize",
        "token_endpoint", issuer() + "/token",
        "jwks_uri", issuer() + "/keys",
        "authorization_response_iss_parameter_supported", true);
  }

  private void token(HttpExchange exchange) throws IOException, JOSEException {
    Map<String, String> form =
        Forms.parse(
            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII));
    boolean first = "authorization_code".equals(form.get("grant_type"));
    Issued issued =
        first
            ? codes.remove(form.getOrDefault("code", ""))
            : refreshes.remove(form.getOrDefault("refresh_token", ""));
    if (issued == null) {
      send(exchange, 400, Map.of("error", "invalid_grant"));
      return;
    }
    String access = UUID.randomUUID().toString();
    String refresh = UUID.randomUUID().toString();
    refreshes.put(refresh, issued);
    send(
        exchange,
        200,
        Map.of(
            "access_token",
            access,
            "token_type",
            "Bearer",
            "id_token",
            idToken(issued, access, first),
            "refresh_token",
            refresh));
  }

  private String idToken(Issued issued, String access, boolean first) throws JOSEException {
    long now = System.currentTimeMillis() / 1000;
    Map<String, Object> claims = new LinkedHashMap<>(company.claims(issued.person()));
    claims.put("iss", issuer());
    claims.put("aud", "mayfly");
    claims.put("iat", now);
    claims.put("exp", now + 300);
    claims.put("auth_time", issued.authTime());
    claims.put(
        "at_hash",
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(Arrays.copyOf(Member.hash(access), 16)));
    if (first) {
      claims.put("nonce", issued.asked().get("nonce"));
    }
    JWSHeader header =
        new JWSHeader.Builder(JWSAlgorithm.ES256)
            .type(JOSEObjectType.JWT)
            .keyID(key.getKeyID())
            .build();
    JWSObject token = new JWSObject(header, new Payload(claims));
    token.sign(new ECDSASigner(key));
    return token.serialize();
  }

  private static void send(HttpExchange exchange, int status, Map<String, Object> body)
      throws IOException {
    byte[] bytes = JSONObjectUtils.toJSONString(body).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
