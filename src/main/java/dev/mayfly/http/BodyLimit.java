package dev.mayfly.http;

import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a body that says it is too long in our shape; the framework would, just after, without a
 * word. Nothing of it is read, so the connection ends with the answer.
 */
@ApplicationScoped
public class BodyLimit {

  private static final int AFTER_REQUEST_IDS = 900;
  private static final int TOO_LARGE = 413;
  private static final String SAY = "the body is longer than anything asked for here";

  /** What is longer than this is no length, and the framework's to refuse. */
  private static final Pattern LENGTH = Pattern.compile("[0-9]{1,18}");

  private final long limit;

  BodyLimit(@ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize limit) {
    this.limit = limit.asLongValue();
  }

  void register(@Observes Filters filters) {
    filters.register(this::check, AFTER_REQUEST_IDS);
  }

  private void check(RoutingContext exchange) {
    if (isTooLong(exchange.request().getHeader(HttpHeaders.CONTENT_LENGTH))) {
      refuse(exchange);
    } else {
      exchange.next();
    }
  }

  private boolean isTooLong(@Nullable String length) {
    return length != null && LENGTH.matcher(length).matches() && Long.parseLong(length) > limit;
  }

  private static void refuse(RoutingContext exchange) {
    exchange.response().endHandler(sent -> exchange.request().connection().close());
    EarlyRefusal.answer(exchange, TOO_LARGE, "body-too-large", SAY);
  }
}
