package dev.mayfly.cli.broker;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;

/** Requests and answers over HTTP; the connection's failures become one sentence each. */
public final class Http {

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(15);

  /** Nothing the broker serves comes near; a larger answer is not the broker's. */
  private static final long LARGEST_BODY = 4L << 20;

  /** What came back. */
  public record Answer(int status, Map<String, List<String>> headers, String body) {

    public Optional<String> header(String name) {
      return headers.entrySet().stream()
          .filter(header -> header.getKey().equalsIgnoreCase(name))
          .flatMap(header -> header.getValue().stream())
          .findFirst();
    }

    public boolean isOk() {
      return status >= 200 && status < 300;
    }
  }

  /** One field of a form; a name may repeat. */
  public record Field(String name, String value) {}

  private final HttpClient client;

  /** Believes the servers that Java believes, and shows nobody a certificate. */
  public Http() {
    this(Optional.empty());
  }

  /**
   * Connects.
   *
   * @param tls whom to believe and what to show, where that is not as usual
   */
  public Http(Optional<SSLContext> tls) {
    HttpClient.Builder builder =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_LIMIT)
            .followRedirects(HttpClient.Redirect.NEVER);
    tls.ifPresent(builder::sslContext);
    this.client = builder.build();
  }

  public Answer get(URI uri, Map<String, String> headers) throws Stop {
    return get(uri, headers, Duration.ZERO);
  }

  /** As {@link #get}, where the server may take that much longer before it answers. */
  public Answer get(URI uri, Map<String, String> headers, Duration longer) throws Stop {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri).timeout(ANSWER_LIMIT.plus(longer)).GET();
    headers.forEach(request::header);
    return send(request.build());
  }

  public Answer postForm(URI uri, List<Field> form, Map<String, String> headers) throws Stop {
    String body =
        form.stream()
            .map(field -> encode(field.name()) + "=" + encode(field.value()))
            .collect(Collectors.joining("&"));
    return post(uri, "application/x-www-form-urlencoded", body, headers);
  }

  public Answer postJson(URI uri, String json, Map<String, String> headers) throws Stop {
    return post(uri, "application/json", json, headers);
  }

  private Answer post(URI uri, String type, String body, Map<String, String> headers) throws Stop {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .timeout(ANSWER_LIMIT)
            .header("Content-Type", type)
            .POST(BodyPublishers.ofString(body));
    headers.forEach(request::header);
    return send(request.build());
  }

  private Answer send(HttpRequest request) throws Stop {
    try {
      HttpResponse<String> response =
          client.send(
              request,
              BodyHandlers.limiting(BodyHandlers.ofString(StandardCharsets.UTF_8), LARGEST_BODY));
      return new Answer(response.statusCode(), response.headers().map(), response.body());
    } catch (ConnectException e) {
      throw unreachable(request.uri(), "nothing listens there, or the name does not resolve");
    } catch (HttpTimeoutException e) {
      throw unreachable(request.uri(), "no answer in time");
    } catch (SSLException e) {
      throw Stop.unreachable(
          "no-tls",
          "no TLS connection to " + origin(request.uri()) + ": " + reasonOfTls(e),
          "--ca FILE (or MAYFLY_CA) names the authorities that vouch for that server");
    } catch (IOException e) {
      throw unreachable(request.uri(), "the connection broke (" + reason(e) + ")");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unreachable(request.uri(), "interrupted");
    }
  }

  private static Stop unreachable(URI uri, String why) {
    return Stop.unreachable(
        "unreachable",
        "cannot reach " + origin(uri) + ": " + why,
        "start the broker (deploy/dev), or name another one with --broker or MAYFLY_BROKER");
  }

  private static String reasonOfTls(SSLException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertPathBuilderException) {
        return "its certificate is of no authority that is believed here";
      }
    }
    return reason(e);
  }

  private static String reason(IOException e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }

  private static String origin(URI uri) {
    return uri.getScheme() + "://" + uri.getAuthority();
  }

  public static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
