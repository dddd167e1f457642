package dev.mayfly.delivery;

import dev.mayfly.delivery.Sent.Arrived;
import dev.mayfly.delivery.Sent.Failed;
import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.core.http.HttpClient;
import io.vertx.mutiny.core.http.HttpClientRequest;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Posts to somebody else's machine: in bounded time, to a judged address, over a connection of its
 * own. Of the answer only the status is looked at; the rest is not read, and redirects lead
 * nowhere.
 */
final class Post {

  private static final int SUCCESSFUL = 2;
  private static final int HUNDRED = 100;
  private static final int HTTPS = 443;
  private static final int HTTP = 80;

  private final HttpClient http;
  private final Duration timeout;

  Post(Vertx vertx, Duration timeout, int atOnce) {
    this.timeout = timeout;
    this.http =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setKeepAlive(false)
                .setMaxPoolSize(atOnce)
                .setConnectTimeout(Math.toIntExact(timeout.toMillis()))
                .setSslHandshakeTimeout(timeout.toMillis())
                .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS));
  }

  Uni<Sent> json(URI uri, boolean privateToo, Map<String, String> headers, byte[] body) {
    return Destinations.find(uri, privateToo)
        .chain(address -> http.request(options(uri, address, headers)))
        .chain(request -> status(request, body))
        .map(Post::sent);
  }

  /** The name goes into {@code Host}, SNI and the certificate's check; the address is connected. */
  private RequestOptions options(URI uri, InetAddress address, Map<String, String> headers) {
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
            .setTimeout(timeout.toMillis());
    options.putHeader("Content-Type", "application/json");
    options.putHeader("User-Agent", "Mayfly");
    headers.forEach(options::putHeader);
    return options;
  }

  private static String pathAndQuery(URI uri) {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
  }

  private static Uni<Integer> status(HttpClientRequest request, byte[] body) {
    return request
        .send(Buffer.buffer(body))
        .map(
            response -> {
              response.exceptionHandler(expected -> {}); // the reset, seen from the answer's side
              request.reset();
              return response.statusCode();
            });
  }

  private static Sent sent(int status) {
    return status / HUNDRED == SUCCESSFUL ? new Arrived() : new Failed("answered " + status);
  }
}
