package dev.mayfly.story;

import dev.mayfly.boot.DatabaseAddress;
import dev.mayfly.boot.EmbeddedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A durable PostgreSQL for broker processes, which the test can stop, start and look into. */
final class SharedDatabase implements AutoCloseable {

  private final Path folder;
  private final DatabaseAddress address;

  SharedDatabase(Path folder) {
    this.folder = folder;
    this.address = EmbeddedDatabase.start(folder, true).address();
  }

  /** The settings that point a broker here. */
  Map<String, String> settings() {
    return Map.of(
        "mayfly.database.url", address.url(),
        "mayfly.database.username", address.user(),
        "mayfly.database.password", address.password());
  }

  long count(String sql) {
    try (var connection =
            DriverManager.getConnection(address.jdbcUrl(), address.user(), address.password());
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs SQL that a test needs and the product has no statement for. */
  void execute(String sql) {
    try (var connection =
            DriverManager.getConnection(address.jdbcUrl(), address.user(), address.password());
        var statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Stops the server as its operator would, cutting every connection. */
  void stop() {
    control("stop", "-m", "fast");
  }

  /** Starts the server again where it was. */
  void start() {
    control("start", "-o", "-p " + address.port(), "-l", folder.resolve("pg.log").toString());
  }

  private String binaries = "";

  private void control(String... arguments) {
    try {
      if (binaries.isEmpty()) {
        long pid = Long.parseLong(Files.readAllLines(lock()).getFirst().strip());
        Path postgres = Path.of(ProcessHandle.of(pid).orElseThrow().info().command().orElseThrow());
        binaries = postgres.getParent().toString();
      }
      boolean root = "root".equals(System.getProperty("user.name"));
      var command = new java.util.ArrayList<String>();
      if (root) {
        // PostgreSQL refuses to run as root; the embedded one was started in a user namespace too.
        command.addAll(List.of("unshare", "-U"));
      }
      command.addAll(
          List.of(binaries + "/pg_ctl", "-w", "-D", folder.resolve("postgres").toString()));
      command.addAll(List.of(arguments));
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("pg_ctl.log").toFile())
              .start();
      if (process.waitFor() != 0) {
        throw new IllegalStateException(Files.readString(folder.resolve("pg_ctl.log")));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private Path lock() {
    return folder.resolve("postgres/postmaster.pid");
  }

  @Override
  public void close() {
    if (Files.exists(lock())) {
      stop();
    }
    Eventually.within(Duration.ofSeconds(20), () -> !Files.exists(lock()));
  }
}
