package dev.mayfly.identity;

import dev.mayfly.store.Database;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** Says in metrics how many identities somebody has to review, before they stop minting. */
@ApplicationScoped
public class ReviewWatch {

  /** One pass over a table of people's and programs' names, once a minute. */
  private static final String COUNT =
      """
      SELECT count(*) FILTER (WHERE review_at > mayfly_now()) AS due,
             count(*) FILTER (WHERE review_at <= mayfly_now() AND mint_until > mayfly_now()) AS past,
             count(*) FILTER (WHERE mint_until <= mayfly_now()) AS overdue
        FROM identities
       WHERE state = 'ACTIVE' AND review_at <= mayfly_now() + $1 * interval '1 second'
      """;

  /** Where a review date stands. */
  enum Review {
    /** Within {@code mayfly.identity.review-warning}. */
    DUE,
    /** Behind, in its grace. */
    PAST,
    /** Behind with its grace: nothing is minted. */
    OVERDUE
  }

  private final Database database;
  private final long warningSeconds;
  private final Map<Review, AtomicLong> counts = new EnumMap<>(Review.class);

  public ReviewWatch(Database database, IdentityLimits limits, MeterRegistry metrics) {
    this.database = database;
    this.warningSeconds = limits.reviewWarning().toSeconds();
    for (Review review : Review.values()) {
      AtomicLong count = new AtomicLong();
      counts.put(review, count);
      Gauge.builder("mayfly.identity.reviews", count, AtomicLong::get)
          .description("Active identities by where their review date stands")
          .tag("review", review.name())
          .register(metrics);
    }
  }

  /** Counts anew. The database away: the next minute counts. */
  @Scheduled(
      identity = "reviews-count",
      every = "60s",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  Uni<Void> count() {
    return database.run(COUNT, Tuple.of(warningSeconds)).invoke(this::keep).replaceWithVoid();
  }

  private void keep(RowSet<Row> rows) {
    Row row = rows.iterator().next();
    counts.forEach(
        (review, count) -> count.set(row.getLong(review.name().toLowerCase(Locale.ROOT))));
  }
}
