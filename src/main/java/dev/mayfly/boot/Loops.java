package dev.mayfly.boot;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.FailedExecution;
import io.quarkus.scheduler.Scheduler;
import io.quarkus.scheduler.SuccessfulExecution;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Lets the scheduled work of all rooms begin once every room has started, and end before any stops:
 * the scheduler would otherwise run ahead of them, and a node would have acknowledged keys before
 * it is known whether it may start at all ({@code quarkus.scheduler.start-mode=halted}).
 */
@ApplicationScoped
class Loops {

  private static final Logger LOG = Logger.getLogger(Loops.class);

  private final Set<String> failing = ConcurrentHashMap.newKeySet();

  void start(@Observes @Priority(Integer.MAX_VALUE) StartupEvent event, Scheduler scheduler) {
    scheduler.resume();
  }

  /** A loop that fails says so once, and once more when it goes round again. */
  void failed(@Observes FailedExecution round) {
    String loop = round.getExecution().getTrigger().getId();
    if (failing.add(loop)) {
      LOG.warnf(
          "%s failed and will be tried again: %s: %s",
          loop, round.getException().getClass().getSimpleName(), round.getException().getMessage());
    }
  }

  void went(@Observes SuccessfulExecution round) {
    String loop = round.getExecution().getTrigger().getId();
    if (failing.remove(loop)) {
      LOG.infof("%s goes round again", loop);
    }
  }

  /** Before any room stops: nothing begins that would find half of the house gone. */
  void stop(@Observes @Priority(1) ShutdownEvent event, Scheduler scheduler) {
    scheduler.pause();
  }
}
