package dev.mayfly.boot;

import io.micrometer.core.instrument.config.MeterFilter;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.InstantSource;
import java.util.Set;

/** Beans that belong to no room. */
final class Wiring {

  private static final Set<String> TWICE =
      Set.of("netty.eventexecutor.workers", "postgresql.queue.size", "postgresql.current");

  /**
   * The node's clock: good for what is measured and shown. The database's clock decides (rule 3).
   */
  @Produces
  @ApplicationScoped
  InstantSource clock() {
    return Clock.systemUTC();
  }

  /**
   * Quarkus registers these twice under one name and the same tags, so the registry takes the first
   * and complains of the second: event loops and acceptors (their pending tasks are told apart by
   * thread and stay), and what waits for or is at the database by its client, which {@code
   * sql.pool.queue.size} and {@code sql.pool.active} count as it is.
   */
  @Produces
  @Singleton
  MeterFilter gaugesOfTwoThingsUnderOneName() {
    return MeterFilter.deny(id -> TWICE.contains(id.getName()));
  }
}
