package dev.mayfly.story;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Somebody who is told of what happens: keeps what arrives, and fails now and then. */
final class WebhookReceiver implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int EVERY = 7;

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Told> told = new ArrayList<>();
  private final AtomicInteger asked = new AtomicInteger();

  /** One message as it arrived. */
  record Told(String id, String topic, String grant) {}

  WebhookReceiver() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::take);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
  }

  /** In the order of their arrival; repeats are left out, as a receiver that remembers ids does. */
  synchronized List<Told> told() {
    Set<String> seen = new LinkedHashSet<>();
    return told.stream().filter(one -> seen.add(one.id())).toList();
  }

  private void take(HttpExchange exchange) throws IOException {
    JsonNode body = JSON.readTree(exchange.getRequestBody());
    boolean fails = asked.incrementAndGet() % EVERY == 0;
    if (!fails) {
      keep(
          new Told(
              exchange.getRequestHeaders().getFirst("webhook-id"),
              body.path("type").asText(),
              body.path("data").path("grant").asText()));
    }
    exchange.sendResponseHeaders(fails ? 503 : 204, -1);
    exchange.close();
  }

  private synchronized void keep(Told one) {
    told.add(one);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
