package bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process that this benchmark started, and ends: on {@link #close} or when the JVM ends. */
final class Server implements AutoCloseable {

  /** A recorded JVM writes its cache before it goes. */
  private static final int STOP_SECONDS = 60;

  private final Process process;
  private final long startedAtNanos;
  private final Thread onExit;

  private Server(Process process, long startedAtNanos) {
    this.process = process;
    this.startedAtNanos = startedAtNanos;
    this.onExit = new Thread(this::end);
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  static Server start(
      List<String> command, Map<String, String> environment, Path folder, Path log) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().putAll(environment);
    long now = System.nanoTime();
    try {
      return new Server(builder.start(), now);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command.getFirst(), e);
    }
  }

  /** The process that does the work: a start script's child where the script stays its parent. */
  long pid() {
    return process
        .children()
        .filter(child -> child.info().command().map(c -> c.endsWith("java")).orElse(false))
        .map(ProcessHandle::pid)
        .findFirst()
        .orElse(process.pid());
  }

  boolean isAlive() {
    return process.isAlive();
  }

  void awaitExit() throws InterruptedException {
    process.waitFor();
  }

  double secondsSinceStart() {
    return (System.nanoTime() - startedAtNanos) / 1e9;
  }

  @Override
  public void close() {
    end();
    Runtime.getRuntime().removeShutdownHook(onExit);
  }

  private void end() {
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      children.forEach(ProcessHandle::destroyForcibly);
      process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
