package dev.mayfly.store;

import dev.mayfly.story.Eventually;
import io.smallrye.mutiny.Uni;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/**
 * Two transactions that want the same two rows: somebody who takes them in the order of everybody
 * (docs/decisions/0001), and an operation under test. Were it to hold the second while it waits for
 * the first, both would wait for ever.
 */
public record Meeting(TestDatabase test) {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  private static final String WAITING =
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

  /** One row. */
  public record Row(String table, Object id) {
    private String hold() {
      return "SELECT 1 FROM %s WHERE id = '%s' FOR UPDATE".formatted(table, id);
    }
  }

  public static Row grant(Object id) {
    return new Row("grants", id);
  }

  public static Row identity(Object id) {
    return new Row("identities", id);
  }

  /** Holds the first until the operation waits for it, then takes the second, and lets both go. */
  public <T> T at(Row first, Row second, Uni<T> operation) throws SQLException {
    try (Connection other = test.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute(first.hold());
      var coming = operation.subscribeAsCompletionStage();
      Eventually.within(LIMIT, () -> test.count(WAITING) > 0);
      statement.execute(second.hold() + " NOWAIT");
      other.rollback();
      return coming.join();
    }
  }

  /** Holds the row until the operation waits for it, then changes it and commits. */
  public <T> T after(Row held, String change, Uni<T> operation) throws SQLException {
    try (Connection other = test.connect();
        var statement = other.createStatement()) {
      other.setAutoCommit(false);
      statement.execute(held.hold());
      var coming = operation.subscribeAsCompletionStage();
      Eventually.within(LIMIT, () -> test.count(WAITING) > 0);
      statement.execute(change);
      other.commit();
      return coming.join();
    }
  }
}
