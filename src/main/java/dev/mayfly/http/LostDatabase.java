package dev.mayfly.http;

import io.vertx.core.VertxException;
import io.vertx.sqlclient.DatabaseException;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/** Tells a database that is away (rule 10: 503, try again) from a defect (500). */
final class LostDatabase {

  private static final Set<String> TOO_LATE_OR_STANDBY = Set.of("57014", "25P03", "25006");

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
      // SQLSTATE classes: 08 connection, 53 resources, 57P server shutting down; 57014 it gave up
      // at
      // our limit, 25P03 our silence was too long, 25006 read-only standby.
      case DatabaseException e when e.getSqlState() != null ->
          e.getSqlState().startsWith("08")
              || e.getSqlState().startsWith("53")
              || e.getSqlState().startsWith("57P")
              || TOO_LATE_OR_STANDBY.contains(e.getSqlState());
      // The client's own words for a closed connection or a full waiting line.
      case VertxException e -> true;
      case TimeoutException e -> true;
      case io.smallrye.mutiny.TimeoutException e -> true;
      case IOException e -> true;
      default -> false;
    };
  }
}
