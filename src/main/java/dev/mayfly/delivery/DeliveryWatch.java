package dev.mayfly.delivery;

import dev.mayfly.store.Database;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.atomic.AtomicLong;

/** Shows how many deliveries wait and how many are dead, the same numbers from every node. */
@ApplicationScoped
class DeliveryWatch {

  /** By the partial indexes of both states. */
  private static final String COUNT =
      """
      SELECT (SELECT count(*) FROM deliveries WHERE state = 'PENDING') AS pending,
             (SELECT count(*) FROM deliveries WHERE state = 'DEAD') AS dead
      """;

  private final Database database;
  private final AtomicLong pending = new AtomicLong();
  private final AtomicLong dead = new AtomicLong();

  DeliveryWatch(Database database, MeterRegistry metrics) {
    this.database = database;
    gauge(metrics, "pending", pending);
    gauge(metrics, "dead", dead);
  }

  private static void gauge(MeterRegistry metrics, String state, AtomicLong count) {
    Gauge.builder("mayfly.delivery.waiting", count, AtomicLong::get)
        .tag("state", state)
        .description("Deliveries that have not arrived")
        .register(metrics);
  }

  @Scheduled(
      identity = "deliveries-count",
      every = "15s",
      concurrentExecution = ConcurrentExecution.SKIP)
  Uni<Void> count() {
    return database.run(COUNT).invoke(this::keep).replaceWithVoid();
  }

  private void keep(RowSet<Row> rows) {
    Row row = rows.iterator().next();
    pending.set(row.getLong("pending"));
    dead.set(row.getLong("dead"));
  }
}
