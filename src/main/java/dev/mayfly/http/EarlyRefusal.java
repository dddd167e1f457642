package dev.mayfly.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;

/**
 * Answers a request that gets no further than a filter, in the shape its endpoint has for errors.
 * What it sent is not read, so nothing more is asked on its connection.
 */
final class EarlyRefusal {

  private EarlyRefusal() {}

  /**
   * An OAuth endpoint says {@code invalid_request} (RFC 6749 5.2), the others this code (RFC 9457).
   */
  static void answer(RoutingContext exchange, int status, String code, String say) {
    if (exchange.request().version() != HttpVersion.HTTP_2) { // RFC 9113 8.2.2: no such header
      exchange.response().putHeader(HttpHeaders.CONNECTION, "close");
    }
    boolean oauth = exchange.normalizedPath().startsWith("/oauth/");
    exchange
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, oauth ? "application/json" : Errors.PROBLEM_JSON)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end(
            oauth
                ? Errors.oauthJson("invalid_request", say)
                : Errors.problemJson(status, code, say));
  }
}
