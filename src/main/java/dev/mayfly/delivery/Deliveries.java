package dev.mayfly.delivery;

import dev.mayfly.MayflyConfig;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.store.Database;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.Vertx;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * The loop that delivers the outbox, on every node. A channel that answers slowly holds up nothing
 * but itself: each has a run of its own, and a round starts those that have none.
 */
@Startup
@ApplicationScoped
class Deliveries {

  private static final Logger LOG = Logger.getLogger(Deliveries.class);

  private final DeliveryQueue queue;
  private final Courier courier;
  private final Duration giveUp;
  private final Set<String> running = ConcurrentHashMap.newKeySet();

  @Inject
  Deliveries(
      Database database,
      AuditLog audit,
      InstantSource clock,
      Vertx vertx,
      MeterRegistry metrics,
      DeliveryConfig config,
      MayflyConfig mayfly) {
    this.queue = new DeliveryQueue(database, audit, clock);
    this.giveUp = config.giveUp();
    this.courier =
        new Courier(
            queue,
            new Routes(config, vertx, clock, mayfly.issuer()).all(),
            new Courier.Limits(
                config.timeout(),
                config.tries(),
                new Backoff(config.backoff(), config.backoffAtMost()),
                config.atOnce()),
            metrics);
  }

  @Scheduled(
      identity = "deliveries",
      every = "{mayfly.delivery.every}",
      concurrentExecution = ConcurrentExecution.SKIP)
  Uni<Void> round() {
    return courier.queue().invoke(done -> courier.routes().forEach(this::start));
  }

  private void start(Route route) {
    if (running.add(route.name())) {
      courier
          .carry(route)
          .onTermination()
          .invoke(() -> running.remove(route.name()))
          .subscribe()
          .with(
              done -> {},
              failure -> LOG.warnf("deliveries will go on: %s", failure.getClass().getName()));
    }
  }

  @Scheduled(
      identity = "deliveries-too-old",
      every = "60s",
      concurrentExecution = ConcurrentExecution.SKIP)
  Uni<Void> giveUp() {
    return queue.giveUp(giveUp).replaceWithVoid();
  }
}
