package dev.mayfly.revocation.list;

import io.smallrye.mutiny.Uni;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Runs one piece of work at a time. Whoever asks while it runs gets one more run after it: the one
 * under way may have looked before there was something to see.
 */
final class OneAtATime {

  private static final Logger LOG = Logger.getLogger(OneAtATime.class);

  private enum State {
    IDLE,
    RUNNING,
    AGAIN
  }

  private final String name;
  private final Supplier<Uni<Void>> work;
  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);

  OneAtATime(String name, Supplier<Uni<Void>> work) {
    this.name = name;
    this.work = work;
  }

  /** Asks for a run that begins after this call. */
  void ask() {
    State before = state.getAndUpdate(now -> now == State.IDLE ? State.RUNNING : State.AGAIN);
    if (before == State.IDLE) {
      run();
    }
  }

  private void run() {
    Uni.createFrom().<Void>deferred(work::get).subscribe().with(done -> ended(), this::failed);
  }

  /** A failure is a lost database: the next tick asks again. */
  private void failed(Throwable failure) {
    LOG.debugf("%s: %s", name, failure.getMessage());
    ended();
  }

  private void ended() {
    State before = state.getAndUpdate(now -> now == State.AGAIN ? State.RUNNING : State.IDLE);
    if (before == State.AGAIN) {
      run();
    }
  }
}
