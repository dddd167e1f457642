package dev.mayfly.boot;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A real PostgreSQL in a data folder that survives restarts, for a broker that was told of no
 * database and for tests. Only this machine can reach it, and anybody on this machine can: it is
 * for development.
 */
public final class EmbeddedDatabase {

  private static final String SUPERUSER = "postgres";
  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  private EmbeddedDatabase() {}

  /** Whether the binaries are on the class path; production builds leave them out. */
  public static boolean isAvailable() {
    try {
      Class.forName("io.zonky.test.db.postgres.embedded.EmbeddedPostgres");
      return !binaries().isEmpty();
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static List<String> binaries() {
    ClassLoader loader = EmbeddedDatabase.class.getClassLoader();
    return List.of(
            "postgres-linux-x86_64.txz",
            "postgres-linux-arm_64.txz",
            "postgres-darwin-x86_64.txz",
            "postgres-darwin-arm_64.txz")
        .stream()
        .filter(name -> loader.getResource(name) != null)
        .toList();
  }

  /**
   * Starts PostgreSQL on the folder, or joins the one already running there: a broker that was
   * killed leaves its database behind, which is then this one's to end; and a second broker on the
   * same folder is a second node.
   */
  public static Running start(Path folder, boolean durable) {
    Path data = folder.toAbsolutePath().resolve("postgres");
    Optional<Ownership> owner = Ownership.of(folder);
    Running running =
        Postmaster.on(data)
            .map(left -> new Running(addressAt(left.port()), owner.map(one -> left::stop), owner))
            .orElseGet(() -> startFresh(data, durable, owner));
    createIfMissing(running.address());
    return running;
  }

  /**
   * A server that answers.
   *
   * @param end how this process ends it; absent when another has to
   * @param owner held until then
   */
  public record Running(DatabaseAddress address, Optional<Runnable> end, Optional<Ownership> owner)
      implements AutoCloseable {

    @Override
    public void close() {
      end.ifPresent(Runnable::run);
      owner.ifPresent(Ownership::close);
    }
  }

  private static void end(EmbeddedPostgres postgres) {
    try {
      postgres.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the embedded PostgreSQL did not end", e);
    }
  }

  private static DatabaseAddress addressAt(int port) {
    return new DatabaseAddress("127.0.0.1", port, "mayfly", SUPERUSER, "");
  }

  private static Running startFresh(Path data, boolean durable, Optional<Ownership> owner) {
    try {
      String sync = durable ? "on" : "off";
      EmbeddedPostgres postgres =
          EmbeddedPostgres.builder()
              .setDataDirectory(data)
              .setCleanDataDirectory(false)
              .setPGStartupWait(START_LIMIT)
              .setServerConfig("fsync", sync)
              .setServerConfig("full_page_writes", sync)
              .setServerConfig("synchronous_commit", sync)
              .setServerConfig("max_connections", "100")
              .setServerConfig("listen_addresses", "127.0.0.1")
              .setRegisterShutdownHook(false)
              .start();
      return new Running(addressAt(postgres.getPort()), Optional.of(() -> end(postgres)), owner);
    } catch (IOException e) {
      throw new UncheckedIOException("the embedded PostgreSQL did not start in " + data, e);
    }
  }

  private static void createIfMissing(DatabaseAddress address) {
    DatabaseAddress server = address.withName("postgres");
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      var found =
          statement.executeQuery(
              "SELECT 1 FROM pg_database WHERE datname = '" + address.name() + "'");
      if (!found.next()) {
        statement.execute("CREATE DATABASE " + address.name());
      }
    } catch (SQLException e) {
      throw new IllegalStateException("the embedded PostgreSQL does not answer", e);
    }
  }
}
