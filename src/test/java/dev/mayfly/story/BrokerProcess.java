package dev.mayfly.story;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The packaged broker in a process of its own, started as its users start it: what only a real
 * process shows (kills, restarts, several nodes, logs) is tested on this.
 */
final class BrokerProcess implements AutoCloseable {

  static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private static final Path PROGRAM = Path.of("target/quarkus-app/quarkus-run.jar");
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration END_LIMIT = Duration.ofSeconds(30);

  private final Process process;
  private final int port;
  private final Path log;

  private BrokerProcess(Process process, int port, Path log) {
    this.process = process;
    this.port = port;
    this.log = log;
  }

  /** Starts a node in the dev profile and waits until it says that it is ready. */
  static BrokerProcess start(int port, Path folder, Map<String, String> settings) {
    return start("dev", port, folder, settings);
  }

  /** As above, in another profile. */
  static BrokerProcess start(String profile, int port, Path folder, Map<String, String> settings) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dquarkus.profile=" + profile,
                "-Dquarkus.http.port=" + port,
                // Nodes stand beside each other here, and their TLS port would be one.
                "-Dquarkus.http.tls-configuration-name="));
    settings.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.add("-jar");
    command.add(PROGRAM.toAbsolutePath().toString());
    Path log = folder.resolve("broker-" + port + "-" + System.nanoTime() + ".log");
    try {
      Process process =
          StartCache.start(
              new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()));
      BrokerProcess broker = new BrokerProcess(process, port, log);
      broker.awaitReady();
      return broker;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  URI at(String path) {
    return URI.create("http://localhost:" + port + path);
  }

  int port() {
    return port;
  }

  /** Everything it has logged so far. */
  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The value of the first metric whose line begins so; 0 while there is none.
   *
   * @param line a name, and as many labels as it takes to tell it from others
   */
  double metric(String line) {
    return RelyingService.get(at("/metrics"), "text/plain")
        .lines()
        .filter(found -> found.startsWith(line))
        .findFirst()
        .map(found -> Double.parseDouble(found.substring(found.lastIndexOf(' ') + 1)))
        .orElse(0.0);
  }

  /** The status of the readiness check, 0 when nobody answers. */
  int readiness() {
    try {
      return HTTP.send(
              HttpRequest.newBuilder(at("/health/ready")).timeout(Duration.ofSeconds(10)).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void awaitReady() {
    Eventually.within(
        START_LIMIT,
        () -> {
          if (!process.isAlive()) {
            throw new IllegalStateException("the broker ended at its start:\n" + log());
          }
          return readiness() == 200;
        });
  }

  /** As a power cut would. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  @Override
  public void close() {
    process.destroy();
    awaitEnd();
  }

  private void awaitEnd() {
    Duration limit = StartCache.isRecordedBy(process) ? END_LIMIT.multipliedBy(8) : END_LIMIT;
    try {
      if (!process.waitFor(limit)) {
        process.destroyForcibly();
        throw new IllegalStateException("the broker did not end when asked to:\n" + log());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
