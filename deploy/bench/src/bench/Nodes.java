package bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.Executors;

/** The nodes of one broker, as clients and relying services speak to them. */
final class Nodes {

  private static final int READY_LIMIT_SECONDS = 60;
  private static final int ASK_AGAIN_MILLIS = 20;
  private static final String FORM = "application/x-www-form-urlencoded";

  private final HttpClient http =
      HttpClient.newBuilder().executor(Executors.newVirtualThreadPerTaskExecutor()).build();
  private final List<URI> all;

  /** The first is the one that is asked for things. */
  Nodes(URI... all) {
    this.all = List.of(all);
  }

  List<URI> all() {
    return all;
  }

  int port() {
    return all.getFirst().getPort();
  }

  String form(String path, String form) {
    return body(
        HttpRequest.newBuilder(all.getFirst().resolve(path))
            .header("Content-Type", FORM)
            .POST(HttpRequest.BodyPublishers.ofString(form)));
  }

  /**
   * @param token empty for none
   */
  String json(String path, String json, String token) {
    return body(
        shown(HttpRequest.newBuilder(all.getFirst().resolve(path)), token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  String get(String path, String token) {
    return body(shown(HttpRequest.newBuilder(all.getFirst().resolve(path)), token));
  }

  private static HttpRequest.Builder shown(HttpRequest.Builder request, String token) {
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  private String body(HttpRequest.Builder request) {
    try {
      HttpResponse<String> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() / 100 != 2) {
        throw new IllegalStateException(answer.statusCode() + " " + answer.body());
      }
      return answer.body();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Asks for the list, and for each newer one, until it says so; false when it never does. */
  boolean await(URI node, Place place, long untilNanos) {
    String tag = "";
    while (System.nanoTime() < untilNanos) {
      HttpRequest.Builder request = HttpRequest.newBuilder(node.resolve(place.path()));
      if (!tag.isEmpty()) {
        request.header("If-None-Match", tag).header("Prefer", "wait=5");
      }
      try {
        HttpResponse<byte[]> answer =
            http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() == 200 && place.says().test(answer.body())) {
          return true;
        }
        tag = answer.headers().firstValue("ETag").orElse("");
        if (place.isAskedAgain()) {
          Thread.sleep(ASK_AGAIN_MILLIS);
        }
      } catch (IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return false;
  }

  void awaitReady(Server server, URI node) throws InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(node.resolve("/health/ready")).build();
    while (server.isAlive() && server.secondsSinceStart() < READY_LIMIT_SECONDS) {
      try {
        if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // Not listening yet.
      }
      Thread.sleep(100);
    }
    throw new IllegalStateException("the broker did not become ready; see mayfly.log");
  }
}
