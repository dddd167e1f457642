package dev.mayfly.identity;

import dev.mayfly.store.Database;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;

/**
 * Uses up single-use assertions, on all nodes at once, for every endpoint but the mint: the
 * ledger's one statement does the same for itself.
 */
@ApplicationScoped
public class UsedAssertions {

  /**
   * The furthest end a single-use assertion may have. Partitions of {@code used_assertions} stand a
   * day ahead, renewed hourly: half of that leaves twelve hours for the loop that makes them.
   */
  public static final Duration HORIZON = Duration.ofHours(12);

  /**
   * The look-up before the insert finds the same {@code jti} under another end: the primary key,
   * which holds the partition's column, cannot. Reads one index page a live partition. A row past
   * its end is not inserted: its partition may have been dropped, and a slow node's clock must not
   * bring it back (rule 3).
   */
  private static final String USE =
      """
      INSERT INTO used_assertions (key, until)
      SELECT $1, $2
       WHERE $2 > mayfly_now()
         AND NOT EXISTS (SELECT 1 FROM used_assertions WHERE key = $1 AND until > mayfly_now())
      ON CONFLICT DO NOTHING
      """;

  /**
   * As above for what lives for minutes, whatever any node's configuration says: only the
   * partitions of the next hour are looked at, two of more than a day's. What claims to live longer
   * is not taken, so nothing can lie beyond.
   */
  private static final String USE_SOON =
      """
      INSERT INTO used_assertions (key, until)
      SELECT $1, $2
       WHERE $2 > mayfly_now() AND $2 <= mayfly_now() + interval '1 hour'
         AND NOT EXISTS (SELECT 1 FROM used_assertions
                          WHERE key = $1 AND until > mayfly_now() AND until <= mayfly_now() + interval '1 hour')
      ON CONFLICT DO NOTHING
      """;

  private final Database database;

  public UsedAssertions(Database database) {
    this.database = database;
  }

  /** True for the first use before its end; false for every other. */
  public Uni<Boolean> use(UUID key, Instant until) {
    return use(USE, key, until);
  }

  /** As {@link #use} for a proof that ends within the hour; false for one that does not. */
  public Uni<Boolean> useSoon(UUID key, Instant until) {
    return use(USE_SOON, key, until);
  }

  private Uni<Boolean> use(String statement, UUID key, Instant until) {
    return database
        .run(statement, Tuple.of(key, until.atOffset(ZoneOffset.UTC)))
        .map(UsedAssertions::inserted);
  }

  private static boolean inserted(RowSet<Row> result) {
    return result.rowCount() == 1;
  }
}
