package dev.mayfly.grant.check;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A real machine on loopback that knows outside facts, and misbehaves as such machines do. */
public final class LoopbackChecker implements AutoCloseable {

  public static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  /** Answers one question in whatever way. */
  public interface Manner {
    void answer(HttpExchange exchange) throws IOException;
  }

  /** What was asked. */
  public record Asked(String id, String timestamp, String signature, String body) {
    public JsonObject json() {
      return new JsonObject(body);
    }

    public String check() {
      return json().getString("check");
    }
  }

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final CountDownLatch end = new CountDownLatch(1);
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final Map<String, Manner> manners = new java.util.concurrent.ConcurrentHashMap<>();
  private final HttpServer server;
  private volatile Runnable whileAsked = () -> {};

  public LoopbackChecker() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /** As the policy of the tests writes it, with this one's port. */
  public String root() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The settings with which every check of these names is asked. */
  public static Map<String, String> settings(String... names) {
    Map<String, String> settings = new HashMap<>();
    for (String name : names) {
      settings.put("mayfly.grant.checks." + name + ".secret-file", file(SECRET).toString());
      settings.put("mayfly.grant.checks." + name + ".private-addresses", "true");
    }
    return settings;
  }

  /** From now on the check of this name is answered like this. */
  public LoopbackChecker says(String check, Manner manner) {
    manners.put(check, manner);
    return this;
  }

  public LoopbackChecker says(String check, boolean holds) {
    return says(check, text(200, "{\"holds\": %s}".formatted(holds)));
  }

  public static Manner text(int status, String body) {
    return exchange -> {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  /** Says nothing, until the test is over. */
  public Manner hangs() {
    return exchange -> hang();
  }

  /** Begins a good answer and never ends it. */
  public Manner dribbles() {
    return exchange -> {
      exchange.sendResponseHeaders(200, 0);
      OutputStream out = exchange.getResponseBody();
      out.write("{\"holds\": ".getBytes(StandardCharsets.UTF_8));
      out.flush();
      hang();
    };
  }

  /** What happens at the checker before it answers. */
  public void whileAsked(Runnable happens) {
    whileAsked = happens;
  }

  public List<Asked> asked() {
    return asked;
  }

  /** The checks asked since the last time. */
  public List<String> takeNames() {
    List<String> names = asked.stream().map(Asked::check).sorted().toList();
    asked.clear();
    return names;
  }

  @Override
  public void close() {
    end.countDown();
    server.stop(0);
    threads.shutdownNow();
  }

  private void answer(HttpExchange exchange) throws IOException {
    var headers = exchange.getRequestHeaders();
    Asked question =
        new Asked(
            headers.getFirst("webhook-id"),
            headers.getFirst("webhook-timestamp"),
            headers.getFirst("webhook-signature"),
            new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    asked.add(question);
    whileAsked.run();
    manners.getOrDefault(question.check(), text(404, "")).answer(exchange);
    exchange.close();
  }

  private void hang() {
    try {
      end.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A file that only this user may read. */
  static Path file(String content) {
    try {
      Path file =
          Files.createTempFile(
              "secret",
              "",
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      file.toFile().deleteOnExit();
      return Files.writeString(file, content + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
