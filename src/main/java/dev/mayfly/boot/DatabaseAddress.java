package dev.mayfly.boot;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Where a PostgreSQL database is and who we are there. */
public record DatabaseAddress(String host, int port, String name, String user, String password) {

  private static final int DEFAULT_PORT = 5432;

  /**
   * From {@code postgresql://host:port/database}; throws {@link IllegalArgumentException} with a
   * sentence.
   */
  public static DatabaseAddress parse(String url, String user, String password) {
    URI uri = URI.create(url);
    String path = uri.getPath();
    if (!"postgresql".equals(uri.getScheme()) || uri.getHost() == null || path.length() < 2) {
      throw new IllegalArgumentException(
          "mayfly.database.url must look like postgresql://host:5432/mayfly");
    }
    int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
    return new DatabaseAddress(uri.getHost(), port, path.substring(1), user, password);
  }

  /** The form that the reactive client and {@code mayfly.database.url} take. */
  public String url() {
    return "postgresql://" + host + ":" + port + "/" + name;
  }

  /** The form that JDBC takes. */
  public String jdbcUrl() {
    return "jdbc:" + url();
  }

  DatabaseAddress withName(String other) {
    return new DatabaseAddress(host, port, other, user, password);
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(jdbcUrl(), user, password);
  }

  /** Without the password. */
  @Override
  public String toString() {
    return user + "@" + host + ":" + port + "/" + name;
  }
}
