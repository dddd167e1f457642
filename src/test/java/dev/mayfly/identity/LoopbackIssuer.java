package dev.mayfly.identity;

import com.nimbusds.jose.jwk.JWKSet;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mayfly.identity.TestJwt.Signer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real issuer on loopback: it serves discovery and keys, rotates them, and misbehaves in every
 * way an issuer can.
 */
public final class LoopbackIssuer implements AutoCloseable {

  /** What it does to whoever asks. */
  enum Mood {
    WELL,
    ERROR,
    GARBAGE,
    NO_JSON_OBJECT,
    HANGS,
    HANGS_IN_BODY,
    HUGE,
    REDIRECTS,
    NAMES_ANOTHER_ISSUER,
    NAMES_KEYS_WITHOUT_TLS,
    NAMES_NO_KEYS
  }

  private static final String CONFIGURATION = "/.well-known/openid-configuration";

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch end = new CountDownLatch(1);
  private final AtomicInteger keyRequests = new AtomicInteger();
  private final int port;
  private HttpServer server;
  private volatile List<Signer> keys;
  private volatile Mood mood = Mood.WELL;
  private volatile String cacheControl = "";

  public LoopbackIssuer(Signer... keys) {
    this.keys = List.of(keys);
    this.server = start(0);
    this.port = server.getAddress().getPort();
  }

  /** The issuer identifier. */
  public String name() {
    return "http://127.0.0.1:" + port;
  }

  String jwksUri() {
    return name() + "/keys";
  }

  public void publish(Signer... now) {
    keys = List.of(now);
  }

  void mood(Mood now) {
    mood = now;
  }

  void cacheControl(String value) {
    cacheControl = value;
  }

  /** How often anybody asked it for its keys (or for where they are, when it did not say). */
  public int keyRequests() {
    return keyRequests.get();
  }

  public void goDown() {
    server.stop(0);
  }

  public void comeBack() {
    server = start(port);
  }

  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private HttpServer start(int at) {
    try {
      HttpServer made =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 0);
      made.setExecutor(threads);
      made.createContext("/", this::answer);
      made.start();
      return made;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    if (path.equals("/keys") || mood != Mood.WELL) {
      keyRequests.incrementAndGet();
    }
    if (!cacheControl.isEmpty()) {
      exchange.getResponseHeaders().set("Cache-Control", cacheControl);
    }
    switch (mood) {
      case ERROR -> send(exchange, 500, well(path));
      case GARBAGE -> send(exchange, 200, "<html>sign in</html>");
      case NO_JSON_OBJECT -> send(exchange, 200, "[]");
      case HANGS -> hang();
      case HANGS_IN_BODY -> {
        exchange.sendResponseHeaders(200, 1_000);
        exchange.getResponseBody().write('{');
        exchange.getResponseBody().flush();
        hang();
      }
      case HUGE -> send(exchange, 200, " ".repeat(1_000_000) + well(path));
      case REDIRECTS -> {
        if (path.startsWith("/elsewhere")) {
          send(exchange, 200, well(path.substring("/elsewhere".length())));
        } else {
          exchange.getResponseHeaders().set("Location", name() + "/elsewhere" + path);
          send(exchange, 302, "");
        }
      }
      default -> send(exchange, 200, well(path));
    }
  }

  private String well(String path) {
    return path.equals(CONFIGURATION) ? TestJwt.json(configuration()) : keySet();
  }

  private Map<String, Object> configuration() {
    return switch (mood) {
      case NAMES_ANOTHER_ISSUER -> Map.of("issuer", name() + "/", "jwks_uri", jwksUri());
      case NAMES_KEYS_WITHOUT_TLS ->
          Map.of("issuer", name(), "jwks_uri", "http://issuer.example/keys");
      case NAMES_NO_KEYS -> Map.of("issuer", name());
      default -> Map.of("issuer", name(), "jwks_uri", jwksUri());
    };
  }

  private String keySet() {
    return new JWKSet(keys.stream().map(Signer::jwk).toList()).toString();
  }

  private void hang() {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }
}
