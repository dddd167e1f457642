package bench;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One PostgreSQL, as durable as it comes (fsync on), for all brokers in turn: a database each. */
final class Postgres implements AutoCloseable {

  static final String USER = "postgres";

  private final Server server;
  private final int port;

  private Postgres(Server server, int port) {
    this.server = server;
    this.port = port;
  }

  /** Starts a server of its own on a fresh data folder; {@code binaries} holds bin, lib, share. */
  static Postgres start(Path binaries, Path folder, String... settings)
      throws IOException, InterruptedException {
    Path data = folder.resolve("postgres-data");
    Folders.delete(data);
    int port = Ports.free();
    run(
        asUser(
            binaries.resolve("bin/initdb").toString(),
            "-D",
            data.toString(),
            "-U",
            USER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C"));
    List<String> command =
        asUser(
            binaries.resolve("bin/postgres").toString(),
            "-D",
            data.toString(),
            "-p",
            Integer.toString(port),
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "unix_socket_directories=",
            "-c",
            "fsync=on",
            "-c",
            "synchronous_commit=on",
            "-c",
            "full_page_writes=on",
            "-c",
            "max_connections=200");
    for (String setting : settings) {
      command.addAll(List.of("-c", setting));
    }
    Server server = Server.start(command, Map.of(), folder, folder.resolve("postgres.log"));
    Postgres postgres = new Postgres(server, port);
    postgres.awaitReady();
    return postgres;
  }

  int port() {
    return port;
  }

  String database(String name) throws SQLException {
    execute("postgres", "DROP DATABASE IF EXISTS " + name);
    execute("postgres", "CREATE DATABASE " + name);
    return name;
  }

  String version() throws SQLException {
    return query("postgres", "SHOW server_version");
  }

  /** Settles what the phase before left to do, so that it is not paid in the next one. */
  void checkpoint() throws SQLException {
    execute("postgres", "CHECKPOINT");
  }

  String query(String database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getString(1);
    }
  }

  long cpuMillis() {
    return Proc.cpuMillisWithChildren(server.pid());
  }

  @Override
  public void close() {
    server.close();
  }

  private void execute(String database, String sql) throws SQLException {
    try (Connection connection = connect(database);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + database, USER, "");
  }

  private void awaitReady() throws InterruptedException {
    while (server.isAlive() && server.secondsSinceStart() < 30) {
      try {
        version();
        return;
      } catch (SQLException e) {
        Thread.sleep(100);
      }
    }
    throw new IllegalStateException("PostgreSQL did not start; see postgres.log");
  }

  /** PostgreSQL refuses to run as root; a user namespace makes root somebody else. */
  private static List<String> asUser(String... command) {
    List<String> all = new ArrayList<>();
    if ("root".equals(System.getProperty("user.name"))) {
      all.addAll(List.of("unshare", "-U"));
    }
    all.addAll(List.of(command));
    return all;
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    if (process.waitFor() != 0) {
      throw new IllegalStateException(command + " failed");
    }
  }
}
