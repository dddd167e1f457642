package dev.mayfly.store;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;

/**
 * Brings an answer back to the event loop of who asked. What comes from elsewhere (a batch that
 * many share, another client's threads) would otherwise be worked on where it arrived: one loop
 * signs for all while the others wait.
 */
public final class CallerContext {

  private CallerContext() {}

  /** To be called where the question is asked; without an event loop there the answer stays. */
  public static <T> Uni<T> back(Uni<T> answer) {
    Context caller = Vertx.currentContext();
    return caller == null
        ? answer
        : answer.emitOn(task -> caller.runOnContext(nothing -> task.run()));
  }
}
