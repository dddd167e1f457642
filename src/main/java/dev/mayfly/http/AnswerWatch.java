package dev.mayfly.http;

import dev.mayfly.credential.Answering;
import dev.mayfly.store.CredentialId;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Sees every request that may mint to its end: whether its answer went to the socket, or its caller
 * had gone before (docs/decisions/0011).
 */
@ApplicationScoped
public class AnswerWatch {

  private static final int BEFORE_EVERYTHING = 1001;
  private static final String KEY = AnswerWatch.class.getName();

  private final Answering answering;
  private final CurrentVertxRequest current;

  AnswerWatch(Answering answering, CurrentVertxRequest current) {
    this.answering = answering;
    this.current = current;
  }

  void register(@Observes Filters filters) {
    filters.register(this::watch, BEFORE_EVERYTHING);
  }

  private void watch(RoutingContext exchange) {
    if (exchange.request().method().equals(HttpMethod.POST)) {
      Answering.Open open = answering.begin();
      exchange.put(KEY, open);
      exchange.addEndHandler(
          end -> {
            if (end.succeeded()) {
              open.sent();
            } else {
              open.callerHasGone();
            }
          });
    }
    exchange.next();
  }

  /** What an answer holds. */
  public interface Holding {
    void credential(CredentialId id);
  }

  /**
   * For the request that is being read now: whoever mints for it says what the answer will hold.
   */
  public Holding now() {
    RoutingContext exchange = current.getCurrent();
    Answering.Open open = exchange == null ? null : exchange.get(KEY);
    return open == null ? id -> {} : open::holds;
  }
}
