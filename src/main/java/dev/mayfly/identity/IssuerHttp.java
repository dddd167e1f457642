package dev.mayfly.identity;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Speaks HTTP with an issuer, on threads of its own. An issuer is somebody else's machine: its
 * answers have a length and a time, redirects lead nowhere, and only TLS is believed.
 *
 * <p>What goes wrong arrives as an {@link IOException} whose sentence holds nothing of the answer.
 */
public final class IssuerHttp implements AutoCloseable {

  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");
  private static final String ACCEPTED = "application/json, application/jwk-set+json";

  private final IdentityLimits.Keys limits;
  private final HttpClient http;

  public IssuerHttp(IdentityLimits.Keys limits) {
    this.limits = limits;
    this.http =
        HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(limits.timeout())
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
  }

  /** The answer, whatever its status. */
  public CompletableFuture<HttpResponse<byte[]>> get(URI uri, Map<String, String> headers) {
    return send(uri, headers, HttpRequest.newBuilder(uri).GET());
  }

  /** As {@link #get}, with a form that is already encoded. */
  public CompletableFuture<HttpResponse<byte[]>> post(
      URI uri, Map<String, String> headers, String form) {
    return send(
        uri,
        headers,
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form, StandardCharsets.US_ASCII)));
  }

  /** The limit of time covers the whole answer: the client's own ends at the headers. */
  private CompletableFuture<HttpResponse<byte[]>> send(
      URI uri, Map<String, String> headers, HttpRequest.Builder request) {
    request.timeout(limits.timeout()).header("Accept", ACCEPTED);
    headers.forEach(request::header);
    return checked(uri)
        .thenCompose(
            allowed -> {
              var exchange =
                  http.sendAsync(
                      request.build(),
                      BodyHandlers.limiting(BodyHandlers.ofByteArray(), limits.maxBytes()));
              return exchange
                  .copy()
                  .orTimeout(limits.timeout().toMillis(), TimeUnit.MILLISECONDS)
                  .whenComplete((response, failure) -> exchange.cancel(true));
            });
  }

  /** An address that an issuer named, if it may be asked. */
  public static CompletableFuture<URI> address(String text) {
    try {
      return checked(new URI(text));
    } catch (URISyntaxException e) {
      return failed("an address of the issuer is no URI");
    }
  }

  /** TLS, or this very machine by a name that needs no look-up. */
  static CompletableFuture<URI> checked(URI uri) {
    boolean allowed =
        uri.getHost() != null
            && uri.getUserInfo() == null
            && ("https".equals(uri.getScheme())
                || ("http".equals(uri.getScheme()) && isLoopback(uri)));
    return allowed
        ? CompletableFuture.completedFuture(uri)
        : failed("an address of the issuer is not https");
  }

  /** Whether it is on this very machine: no issuer elsewhere may name such an address. */
  public static boolean isLoopback(URI uri) {
    return LOOPBACK.contains(uri.getHost());
  }

  @Override
  public void close() {
    http.shutdownNow();
  }

  private static <T> CompletableFuture<T> failed(String sentence) {
    return CompletableFuture.failedFuture(new IOException(sentence));
  }
}
