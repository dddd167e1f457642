package dev.mayfly.http;

import io.vertx.core.VertxException;
import io.vertx.sqlclient.DatabaseException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** Tells a database that is away (rule 10: 503, try again) from a defect (500). */
final class LostDatabase {

  private LostDatabase() {}

  /** Whether this failure, or one that caused it, says that the database cannot be asked now. */
  static boolean isBehind(Throwable failure) {
    Throwable cause = failure;
    while (cause != null) {
      if (saysSo(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }

  private static boolean saysSo(Throwable failure) {
    return switch (failure) {
      // SQLSTATE classes: 08 connection, 53 resources, 57P server shutting down, 25006 read-only
      // standby.
      case DatabaseException e when e.getSqlState() != null ->
          e.getSqlState().startsWith("08")
              || e.getSqlState().startsWith("53")
              || e.getSqlState().startsWith("57P")
              || e.getSqlState().equals("25006");
      // The client's own words for a closed connection or a full waiting line.
      case VertxException e -> true;
      case TimeoutException e -> true;
      case IOException e -> true;
      default -> false;
    };
  }
}
