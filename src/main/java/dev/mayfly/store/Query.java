package dev.mayfly.store;

import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A SELECT put together from constant pieces, for listings whose filters come and go: a condition
 * that is not asked for is not in the statement, so each combination gets its own plan.
 */
public final class Query {

  private final StringBuilder sql;
  private final Tuple parameters = Tuple.tuple();
  private boolean filtered;

  /** Starts with a constant {@code SELECT ... FROM ...} without WHERE. */
  public Query(String select) {
    this.sql = new StringBuilder(select);
  }

  /** Gives a value to the first {@code ?} that the constant pieces so far have left open. */
  public Query given(Object value) {
    return place(value);
  }

  /** Adds a constant condition with one {@code ?} for the value, if there is a value. */
  public Query where(String condition, Optional<?> value) {
    value.ifPresent(present -> and(condition, present));
    return this;
  }

  /** Adds a constant condition with two {@code ?}. */
  public Query where(String condition, Object first, Object second) {
    and(condition, first);
    return place(second);
  }

  /** Ends with a constant ORDER BY and a limit. */
  public Query order(String order, int rows) {
    sql.append(" ORDER BY ").append(order).append(" LIMIT ?");
    return place(rows);
  }

  public String sql() {
    return sql.toString();
  }

  public Tuple parameters() {
    return parameters;
  }

  private void and(String condition, @Nullable Object value) {
    sql.append(filtered ? " AND " : " WHERE ").append(condition);
    filtered = true;
    place(value);
  }

  private Query place(@Nullable Object value) {
    parameters.addValue(value);
    int mark = sql.indexOf("?");
    sql.replace(mark, mark + 1, "$" + parameters.size());
    return this;
  }
}
