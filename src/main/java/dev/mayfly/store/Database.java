package dev.mayfly.store;

import dev.mayfly.Outcome;
import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one way to PostgreSQL: prepared statements on a pool, or several of them in one transaction.
 * Every statement is a text constant in the room that owns its table.
 *
 * <p>Nothing waits for ever (rule 10): a database whose packets are lost says nothing, not even
 * that it is away. What takes longer than its limit fails with {@link TimeoutException}; {@link
 * Connections} sees to it that neither side keeps what was given up.
 */
@ApplicationScoped
public class Database {

  /** For work that nobody waits for: batches, partitions, the signing of many lists. */
  public static final Duration LONGEST = Duration.ofSeconds(20);

  private static final Duration SHORTEST = Duration.ofMillis(100);

  private final Pool pool;
  private final Duration limit;

  @Inject
  Database(Pool pool, StoreConfig config) {
    this(pool, config.limit());
  }

  /** For tests that make their own pool. */
  public Database(Pool pool, Duration limit) {
    if (limit.compareTo(SHORTEST) < 0 || limit.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "mayfly.store.limit must be from " + SHORTEST + " to " + LONGEST);
    }
    this.pool = pool;
    this.limit = limit;
  }

  /** Runs one statement, its own transaction. */
  public Uni<RowSet<Row>> run(String sql, Tuple parameters) {
    // A connection of its own, not the pool's short cut: only so can it be cut.
    return within(
        limit,
        held ->
            pool.withConnection(
                connection ->
                    held.with(connection, c -> c.preparedQuery(sql).execute(parameters))));
  }

  /** Runs one statement without parameters, its own transaction. */
  public Uni<RowSet<Row>> run(String sql) {
    return run(sql, Tuple.tuple());
  }

  /** Runs several statements as one transaction (READ COMMITTED): all of them, or none. */
  public <T> Uni<T> inTransaction(Function<SqlConnection, Uni<T>> work) {
    return inTransaction(limit, work);
  }

  /**
   * As {@link #inTransaction(Function)}, with a limit of its own, at most {@link #LONGEST}. A
   * transaction that was given up before its commit is rolled back.
   */
  public <T> Uni<T> inTransaction(Duration limit, Function<SqlConnection, Uni<T>> work) {
    return within(
        limit,
        held ->
            pool.withTransaction(
                connection ->
                    held.with(connection, c -> allow(c, limit).chain(() -> work.apply(c)))));
  }

  /**
   * A refusal is a value, so it has to be said that nothing of the transaction may stay.
   *
   * @param outcome comes back as it is
   */
  public static <T> Uni<Outcome<T>> orRollback(SqlConnection tx, Outcome<T> outcome) {
    return outcome instanceof Outcome.Ok
        ? Uni.createFrom().item(outcome)
        : tx.query("ROLLBACK AND CHAIN").execute().replaceWith(outcome);
  }

  /** PostgreSQL ends each statement at the usual limit unless it is told of a longer one. */
  private Uni<Void> allow(SqlConnection connection, Duration longer) {
    return longer.compareTo(limit) <= 0
        ? Uni.createFrom().voidItem()
        : connection
            .query("SET LOCAL statement_timeout = " + longer.toMillis())
            .execute()
            .replaceWithVoid();
  }

  private static <T> Uni<T> within(Duration limit, Function<Held, Uni<T>> work) {
    return Uni.createFrom()
        .deferred(
            () -> {
              Held held = new Held();
              return work.apply(held)
                  .ifNoItem()
                  .after(limit)
                  .fail()
                  .onFailure(TimeoutException.class)
                  .invoke(held::giveUp);
            });
  }

  /**
   * The connection that one piece of work holds. Given up, it is cut: whatever it waits for fails,
   * nothing more can be sent on it, PostgreSQL rolls back, and its place in the pool is free.
   */
  private static final class Held {

    private @Nullable SqlConnection connection;
    private boolean givenUp;

    /**
     * Deferred: what is thrown before there is a {@code Uni} would keep the connection for ever.
     */
    <T> Uni<T> with(SqlConnection acquired, Function<SqlConnection, Uni<T>> work) {
      return Uni.createFrom().deferred(() -> work.apply(take(acquired)));
    }

    /** One that comes after all is given back unused. */
    private synchronized SqlConnection take(SqlConnection acquired) {
      if (givenUp) {
        throw new TimeoutException();
      }
      connection = acquired;
      return acquired;
    }

    synchronized void giveUp() {
      givenUp = true;
      if (connection != null) {
        Connections.cut(connection);
      }
    }
  }
}
