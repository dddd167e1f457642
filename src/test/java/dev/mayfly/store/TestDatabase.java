package dev.mayfly.store;

import dev.mayfly.boot.DatabaseAddress;
import dev.mayfly.boot.EmbeddedDatabase;
import dev.mayfly.boot.Migrations;
import io.vertx.mutiny.core.Vertx;
import io.vertx.mutiny.pgclient.PgBuilder;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL for tests: one server for the whole test run, a fresh migrated database for
 * whoever asks, and a clock that the test moves.
 */
public final class TestDatabase implements AutoCloseable {

  private static final DatabaseAddress SERVER = startServer();
  private static final DatabaseAddress TEMPLATE = migratedTemplate();
  private static final Vertx VERTX = Vertx.vertx();

  /** Nothing here is meant to wait; on a busy machine all is slow. */
  private static final Duration LIMIT = Database.LONGEST;

  private final DatabaseAddress address;
  private final Pool pool;
  private @Nullable Connection kept;

  private TestDatabase(DatabaseAddress address) {
    this.address = address;
    this.pool =
        PgBuilder.pool()
            .with(new PoolOptions().setMaxSize(8))
            .connectingTo(
                PgConnectOptions.fromUri(address.url())
                    .setUser(address.user())
                    .setPassword(address.password())
                    .setCachePreparedStatements(true))
            .using(VERTX)
            .build();
  }

  /** A fresh database with every migration run. */
  public static TestDatabase fresh() {
    return new TestDatabase(create("TEMPLATE " + TEMPLATE.name()));
  }

  /** A fresh, empty database: for tests that start the whole broker. */
  public static DatabaseAddress freshAddress() {
    return create("");
  }

  /** Migrated once: copying a database is quicker than migrating it. */
  private static DatabaseAddress migratedTemplate() {
    DatabaseAddress address = create("");
    Migrations.run(address);
    return address;
  }

  private static DatabaseAddress create(String options) {
    String name = "t" + UUID.randomUUID().toString().replace("-", "");
    try (Connection connection = open(SERVER);
        var statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name + " " + options);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return new DatabaseAddress(
        SERVER.host(), SERVER.port(), name, SERVER.user(), SERVER.password());
  }

  /** From now on {@code mayfly_now()} is what {@link #setClock} last said. */
  public void useTestClock() {
    execute(
        """
        CREATE TABLE test_clock (now timestamptz NOT NULL);
        INSERT INTO test_clock VALUES (statement_timestamp());
        CREATE OR REPLACE FUNCTION mayfly_now() RETURNS timestamptz
          LANGUAGE sql STABLE PARALLEL SAFE RETURN (SELECT now FROM test_clock);
        """);
  }

  /** Sets the test clock; call {@link #useTestClock} first. */
  public void setClock(java.time.Instant now) {
    execute("UPDATE test_clock SET now = timestamptz '" + now + "'");
  }

  /** Runs SQL that a test needs and the product has no statement for. */
  public void execute(String sql) {
    try (var statement = kept().createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The one number that a query gives. */
  public long count(String sql) {
    try (var statement = kept().createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private synchronized Connection kept() throws SQLException {
    if (kept == null) {
      kept = open(address);
    }
    return kept;
  }

  /** A blocking connection, for what a test wants to look at. */
  public Connection connect() throws SQLException {
    return open(address);
  }

  public DatabaseAddress address() {
    return address;
  }

  public Database database() {
    return new Database(pool, LIMIT);
  }

  public Pool pool() {
    return pool;
  }

  public Vertx vertx() {
    return VERTX;
  }

  @Override
  public void close() {
    pool.closeAndAwait();
    try {
      kept().close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Connection open(DatabaseAddress at) throws SQLException {
    return DriverManager.getConnection(at.jdbcUrl(), at.user(), at.password());
  }

  private static DatabaseAddress startServer() {
    try {
      Path folder = Files.createTempDirectory("mayfly-test-postgres");
      EmbeddedDatabase.Running server = EmbeddedDatabase.start(folder, false);
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> forget(server, folder), "test-postgres"));
      return server.address();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A run of all tests leaves gigabytes; taking them away outlives this process. */
  private static void forget(EmbeddedDatabase.Running server, Path folder) {
    server.close();
    try {
      new ProcessBuilder("rm", "-rf", folder.toString()).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
