package dev.mayfly.http;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mayfly.identity.TestJwt;
import dev.mayfly.identity.TestJwt.Signer;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * The provider at which the shop's staff logs in, on loopback, and a policy that names it. It says
 * of people what a test wants, and misbehaves as a test wants.
 */
public final class StaffProvider implements QuarkusTestResourceLifecycleManager {

  static final Signer KEY = TestJwt.es256("staff-1");
  static final Signer STRANGER = TestJwt.es256("staff-1");

  /** What the next token request comes to. */
  enum Mood {
    WELL,
    /** Renews without an ID token (OpenID Connect Core 12.2). */
    RENEWS_BARELY,
    /** Gives nothing to be asked again with. */
    FORGETS,
    REFUSES,
    FAILS
  }

  /** A person at the provider. */
  record Somebody(String name, String sid, List<String> groups) {}

  private static final Map<String, Issued> CODES = new ConcurrentHashMap<>();
  private static final Map<String, Issued> REFRESHES = new ConcurrentHashMap<>();
  private static final Map<String, List<String>> GROUPS = new ConcurrentHashMap<>();
  private static volatile Mood mood = Mood.WELL;
  private static volatile Consumer<TestJwt> change = token -> {};
  private static volatile Signer signer = KEY;
  private static volatile Map<String, Object> userinfo = Map.of();
  private static volatile String name = "";

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private HttpServer server;

  /** What a code or refresh token stands for. */
  private record Issued(
      Somebody who, String nonce, String challenge, String redirect, Instant authTime) {}

  static void reset() {
    mood = Mood.WELL;
    change = token -> {};
    signer = KEY;
    userinfo = Map.of();
    GROUPS.clear();
  }

  static void mood(Mood next) {
    mood = next;
  }

  /** Spoils, or adds to, every ID token from now on. */
  static void changing(Consumer<TestJwt> spoil) {
    change = spoil;
  }

  static void signingWith(Signer other) {
    signer = other;
  }

  static void userinfo(Map<String, Object> more) {
    userinfo = more;
  }

  /** Moves somebody to other groups. */
  static void groups(Somebody who, String... groups) {
    GROUPS.put(who.name(), List.of(groups));
  }

  static String issuer() {
    return name;
  }

  /** The person logged in at the provider: the code that their browser brings back. */
  static String code(Somebody who, Map<String, String> request, Instant authTime) {
    String code = UUID.randomUUID().toString();
    CODES.put(
        code,
        new Issued(
            who,
            request.get("nonce"),
            request.get("code_challenge"),
            request.get("redirect_uri"),
            authTime));
    return code;
  }

  static TestJwt logoutToken(Somebody who) {
    return new TestJwt()
        .header("typ", "logout+jwt")
        .header("kid", "staff-1")
        .claim("iss", name)
        .claim("aud", "mayfly")
        .claim("iat", Instant.now().getEpochSecond())
        .claim("exp", Instant.now().getEpochSecond() + 120)
        .claim("jti", UUID.randomUUID().toString())
        .claim("sub", who.name())
        .claim("sid", who.sid())
        .claim("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()));
  }

  @Override
  public Map<String, String> start() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(threads);
      server.createContext("/", this::answer);
      server.start();
      name = "http://127.0.0.1:" + server.getAddress().getPort();
      Path policy = Files.createTempFile("staff", ".yaml");
      policy.toFile().deleteOnExit();
      String original = Files.readString(Path.of("keys-dev/policy.yaml"));
      Files.writeString(
          policy, original.replace("issuer: http://localhost:8480/dev/login", "issuer: " + name));
      return Map.of("mayfly.policy.file", policy.toString(), "mayfly.login.renewal-grace", "0s");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void stop() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    switch (path) {
      case "/.well-known/openid-configuration" -> send(exchange, 200, configuration());
      case "/keys" -> send(exchange, 200, new JWKSet(KEY.jwk()).toJSONObject());
      case "/userinfo" -> send(exchange, 200, userinfo);
      case "/token" -> token(exchange);
      default -> send(exchange, 404, Map.of());
    }
  }

  private static Map<String, Object> configuration() {
    return Map.of(
        "issuer", name,
        "authorization_endpoint", name + "/authorize?ui=plain",
        "token_endpoint", name + "/token",
        "userinfo_endpoint", name + "/userinfo",
        "jwks_uri", name + "/keys",
        "authorization_response_iss_parameter_supported", true);
  }

  private static void token(HttpExchange exchange) throws IOException {
    Map<String, String> form =
        form(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.US_ASCII));
    boolean first = "authorization_code".equals(form.get("grant_type"));
    Issued issued =
        first
            ? CODES.remove(form.getOrDefault("code", ""))
            : REFRESHES.remove(form.getOrDefault("refresh_token", ""));
    boolean good =
        issued != null && "mayfly".equals(form.get("client_id")) && (!first || isOf(issued, form));
    switch (mood) {
      case REFUSES -> send(exchange, 400, Map.of("error", "invalid_grant"));
      case FAILS -> send(exchange, 500, Map.of());
      case WELL ->
          send(exchange, good ? 200 : 400, good ? tokens(issued, first) : Map.of("error", "x"));
      case FORGETS -> {
        Map<String, Object> answer =
            new HashMap<>(good ? tokens(issued, first) : Map.of("error", "x"));
        answer.remove("refresh_token");
        send(exchange, good ? 200 : 400, answer);
      }
      case RENEWS_BARELY -> {
        Map<String, Object> answer =
            new HashMap<>(good ? tokens(issued, first) : Map.of("error", "x"));
        answer.remove("id_token");
        send(exchange, good ? 200 : 400, answer);
      }
    }
  }

  private static boolean isOf(Issued issued, Map<String, String> form) {
    return issued.redirect().equals(form.get("redirect_uri"))
        && hash(form.get("code_verifier"), 32).equals(issued.challenge());
  }

  private static Map<String, Object> tokens(Issued issued, boolean first) {
    Instant now = Instant.now();
    Somebody who = issued.who();
    String access = "access-" + UUID.randomUUID();
    String refresh = UUID.randomUUID().toString();
    REFRESHES.put(refresh, issued);
    TestJwt id =
        new TestJwt()
            .header("typ", "JWT")
            .header("kid", "staff-1")
            .claim("iss", name)
            .claim("aud", "mayfly")
            .claim("sub", who.name())
            .claim("preferred_username", who.name())
            .claim("email", who.name() + "@shop.test")
            .claim("groups", GROUPS.getOrDefault(who.name(), who.groups()))
            .claim("sid", who.sid())
            .claim("iat", now.getEpochSecond())
            .claim("exp", now.getEpochSecond() + 300)
            .claim("auth_time", issued.authTime().getEpochSecond())
            .claim("at_hash", hash(access, 16));
    if (first) {
      id.claim("nonce", issued.nonce());
    }
    change.accept(id);
    return Map.of(
        "access_token",
        access,
        "token_type",
        "Bearer",
        "id_token",
        id.signedBy(signer),
        "refresh_token",
        refresh);
  }

  static Map<String, String> form(String text) {
    Map<String, String> form = new HashMap<>();
    for (String pair : text.split("&", -1)) {
      String[] both = pair.split("=", 2);
      form.put(
          URLDecoder.decode(both[0], StandardCharsets.UTF_8),
          both.length == 1 ? "" : URLDecoder.decode(both[1], StandardCharsets.UTF_8));
    }
    return form;
  }

  private static String hash(String text, int bytes) {
    try {
      byte[] all =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString(java.util.Arrays.copyOf(all, bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void send(HttpExchange exchange, int status, Map<String, Object> body)
      throws IOException {
    byte[] bytes =
        JSONObjectUtils.toJSONString(new LinkedHashMap<>(body)).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
