package dev.mayfly.http;

import dev.mayfly.store.Uuids;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;
import java.util.regex.Pattern;
import org.jboss.logging.MDC;

/**
 * Gives every request an id: the caller's when it is harmless, a fresh one otherwise. It is in the
 * answer, in each log line (MDC) and in the audit, so one word finds all that a request did.
 */
@ApplicationScoped
public class RequestIds {

  /** The header, both ways. After this filter a resource reads a safe value from it. */
  public static final String HEADER = "X-Request-Id";

  private static final Pattern HARMLESS = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final int BEFORE_EVERYTHING = 1000;

  private final InstantSource clock;

  RequestIds(InstantSource clock) {
    this.clock = clock;
  }

  void register(@Observes Filters filters) {
    filters.register(this::name, BEFORE_EVERYTHING);
  }

  private void name(RoutingContext exchange) {
    String asked = exchange.request().getHeader(HEADER);
    String id = isHarmless(asked) ? asked : Uuids.next(clock).toString();
    exchange.request().headers().set(HEADER, id);
    exchange.response().putHeader(HEADER, id);
    // Quarkus keeps the MDC in the request's own Vert.x context: it ends with the request.
    MDC.put("requestId", id);
    exchange.next();
  }

  static boolean isHarmless(@org.jspecify.annotations.Nullable String asked) {
    return asked != null && HARMLESS.matcher(asked).matches();
  }
}
