package dev.mayfly.delivery;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A real receiver of webhooks on loopback that misbehaves as receivers do. */
final class LoopbackReceiver implements AutoCloseable {

  /** What it does with a message. */
  enum Mood {
    WELL,
    FAILS,
    HANGS,
    LOSES,
    TALKS_FOR_EVER,
    REDIRECTS
  }

  /** What was received, before anything was answered. */
  record Received(String path, String id, String timestamp, String signature, String body) {
    JsonObject json() {
      return new JsonObject(body);
    }
  }

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch end = new CountDownLatch(1);
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private volatile Function<Received, Mood> mood = message -> Mood.WELL;

  LoopbackReceiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + port() + "/hook?to=team");
  }

  int port() {
    return server.getAddress().getPort();
  }

  void mood(Mood now) {
    mood = message -> now;
  }

  void mood(Function<Received, Mood> now) {
    mood = now;
  }

  List<Received> received() {
    return received;
  }

  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    var headers = exchange.getRequestHeaders();
    Received message =
        new Received(
            exchange.getRequestURI().toString(),
            headers.getFirst("webhook-id"),
            headers.getFirst("webhook-timestamp"),
            headers.getFirst("webhook-signature"),
            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    received.add(message);
    switch (mood.apply(message)) {
      case WELL -> exchange.sendResponseHeaders(204, -1);
      case FAILS -> exchange.sendResponseHeaders(500, -1);
      case HANGS -> hang();
      case LOSES -> {} // closed without an answer
      case TALKS_FOR_EVER -> talk(exchange);
      case REDIRECTS -> {
        exchange.getResponseHeaders().set("Location", uri() + "&elsewhere");
        exchange.sendResponseHeaders(307, -1);
      }
    }
    exchange.close();
  }

  private static void talk(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try (OutputStream out = exchange.getResponseBody()) {
      byte[] words = new byte[1 << 16];
      while (true) {
        out.write(words); // until the other side hangs up
      }
    }
  }

  private void hang() {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
