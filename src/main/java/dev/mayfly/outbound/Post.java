package dev.mayfly.outbound;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.http.HttpClient;
import io.vertx.mutiny.core.http.HttpClientRequest;
import io.vertx.mutiny.core.http.HttpClientResponse;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Posts to somebody else's machine: in bounded time, to a judged address, over a connection of its
 * own. Of the answer the status is looked at, and as much of the rest as the caller asks for;
 * redirects lead nowhere.
 */
public final class Post {

  private static final int HTTPS = 443;
  private static final int HTTP = 80;

  private final HttpClient http;
  private final Duration longest;

  /**
   * Makes one.
   *
   * @param longest how long nothing may come from the other side; the whole try is its caller's to
   *     bound
   */
  public Post(Vertx vertx, Duration longest, int atOnce) {
    this.longest = longest;
    this.http =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setKeepAlive(false)
                .setMaxPoolSize(atOnce)
                .setConnectTimeout(Math.toIntExact(longest.toMillis()))
                .setSslHandshakeTimeout(longest.toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS));
  }

  /** What the other side said. */
  public record Answer(int status, Buffer body) {}

  /** The status of the answer; the rest is not read. */
  public Uni<Integer> status(Letter letter) {
    return request(letter).chain(request -> status(request, letter.body()));
  }

  /**
   * The whole answer of at most so many bytes, else {@link TooLong}. Whoever cancels it, as a limit
   * of time does, hangs up.
   */
  public Uni<Answer> answer(Letter letter, int most) {
    return request(letter)
        .chain(
            request ->
                answer(request, letter.body(), most).onCancellation().invoke(request::reset));
  }

  private Uni<HttpClientRequest> request(Letter letter) {
    return Destinations.find(letter.uri(), letter.privateToo())
        .chain(address -> http.request(options(letter, address)));
  }

  /** The name goes into {@code Host}, SNI and the certificate's check; the address is connected. */
  private RequestOptions options(Letter letter, InetAddress address) {
    URI uri = letter.uri();
    boolean tls = "https".equals(uri.getScheme());
    int usual = tls ? HTTPS : HTTP;
    int port = uri.getPort() < 0 ? usual : uri.getPort();
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.POST)
            .setServer(SocketAddress.inetSocketAddress(port, address.getHostAddress()))
            .setHost(uri.getHost())
            .setPort(port)
            .setSsl(tls)
            .setURI(pathAndQuery(uri))
            .setTimeout(longest.toMillis());
    options.putHeader("Content-Type", "application/json");
    options.putHeader("User-Agent", "Mayfly");
    letter.headers().forEach(options::putHeader);
    return options;
  }

  private static String pathAndQuery(URI uri) {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  private static Uni<Integer> status(HttpClientRequest request, Buffer body) {
    return send(request, body)
        .map(
            response -> {
              response.exceptionHandler(expected -> {}); // the reset, seen from the answer's side
              request.reset();
              return response.statusCode();
            });
  }

  private static Uni<HttpClientResponse> send(HttpClientRequest request, Buffer body) {
    return request.send(io.vertx.mutiny.core.buffer.Buffer.newInstance(body));
  }

  private static Uni<Answer> answer(HttpClientRequest request, Buffer body, int most) {
    return send(request, body)
        .chain(
            response ->
                Uni.createFrom().emitter(emitter -> read(request, response, most, emitter)));
  }

  private static void read(
      HttpClientRequest request,
      HttpClientResponse response,
      int most,
      UniEmitter<? super Answer> emitter) {
    Buffer gathered = Buffer.buffer();
    response.exceptionHandler(emitter::fail);
    response.endHandler(() -> emitter.complete(new Answer(response.statusCode(), gathered)));
    response.handler(
        part -> {
          if (gathered.length() + part.length() > most) {
            emitter.fail(new TooLong());
            request.reset();
          } else {
            gathered.appendBuffer(part.getDelegate());
          }
        });
  }
}
