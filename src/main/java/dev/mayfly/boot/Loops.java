package dev.mayfly.boot;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduler;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

/**
 * Lets the scheduled work of all rooms begin once every room has started, and end before any stops:
 * the scheduler would otherwise run ahead of them, and a node would have acknowledged keys before
 * it is known whether it may start at all ({@code quarkus.scheduler.start-mode=halted}).
 */
@ApplicationScoped
class Loops {

  void start(@Observes @Priority(Integer.MAX_VALUE) StartupEvent event, Scheduler scheduler) {
    scheduler.resume();
  }

  /** Before any room stops: nothing begins that would find half of the house gone. */
  void stop(@Observes @Priority(1) ShutdownEvent event, Scheduler scheduler) {
    scheduler.pause();
  }
}
