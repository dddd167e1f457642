package dev.mayfly.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A PostgreSQL that runs on a data folder and that this process did not start: a broker that was
 * killed has left it behind, or another broker has it.
 */
record Postmaster(ProcessHandle process, int port) {

  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);

  /** The server that holds the folder's lock file, if that process is alive. */
  static Optional<Postmaster> on(Path data) {
    Path lock = data.resolve("postmaster.pid");
    if (!Files.exists(lock)) {
      return Optional.empty();
    }
    try {
      List<String> lines = Files.readAllLines(lock);
      return ProcessHandle.of(Long.parseLong(lines.get(0).strip()))
          .filter(process -> process.info().command().orElse("").endsWith("postgres"))
          .map(process -> new Postmaster(process, Integer.parseInt(lines.get(3).strip())));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + lock, e);
    }
  }

  /**
   * Ends it without waiting for whoever is connected: its fast shutdown is a SIGINT, which Java
   * cannot send.
   */
  void stop() {
    try {
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      process.onExit().get(STOP_LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException("the embedded PostgreSQL could not be told to end", e);
    } catch (TimeoutException | ExecutionException e) {
      throw new IllegalStateException("the embedded PostgreSQL did not end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
