package dev.mayfly.store;

import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.Function;

/**
 * The one way to PostgreSQL: prepared statements on a pool, or several of them in one transaction.
 * Every statement is a text constant in the room that owns its table.
 */
@ApplicationScoped
public class Database {

  private final Pool pool;

  public Database(Pool pool) {
    this.pool = pool;
  }

  /** Runs one statement, its own transaction. */
  public Uni<RowSet<Row>> run(String sql, Tuple parameters) {
    return pool.preparedQuery(sql).execute(parameters);
  }

  /** Runs one statement without parameters, its own transaction. */
  public Uni<RowSet<Row>> run(String sql) {
    return pool.preparedQuery(sql).execute();
  }

  /** Runs several statements as one transaction (READ COMMITTED): all of them, or none. */
  public <T> Uni<T> inTransaction(Function<SqlConnection, Uni<T>> work) {
    return pool.withTransaction(work);
  }
}
