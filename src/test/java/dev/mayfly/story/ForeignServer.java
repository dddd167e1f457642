package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Somebody else's server on a loopback port, for as long as a test needs it: there once it listens,
 * and quoted when it does not.
 */
public final class ForeignServer implements AutoCloseable {

  private static final int TRIES = 200;
  private static final long PAUSE_MILLIS = 25;
  private static final int END_SECONDS = 5;

  private final int port;
  private final Process process;
  private final Path log;

  private ForeignServer(int port, Process process, Path log) {
    this.port = port;
    this.process = process;
    this.log = log;
  }

  /**
   * Starts it in the foreground and waits until it listens.
   *
   * @param folder where its output is kept
   * @param port that the command has it listen at
   */
  public static ForeignServer start(Path folder, int port, List<String> command)
      throws IOException {
    Path log = Files.createTempFile(folder, "server", ".log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(log.toFile())
            .start();
    ForeignServer server = new ForeignServer(port, process, log);
    try {
      server.awaitListening();
      return server;
    } catch (IOException | AssertionError e) {
      server.close();
      throw e;
    }
  }

  /** A port of the loopback address that nobody has now. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  public int port() {
    return port;
  }

  public long pid() {
    return process.pid();
  }

  /** Everything it has said so far. */
  public String log() throws IOException {
    return Files.readString(log);
  }

  private void awaitListening() throws IOException {
    for (int tries = 0; tries < TRIES; tries++) {
      assertThat(process.isAlive()).as(log()).isTrue();
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
        return;
      } catch (IOException e) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(PAUSE_MILLIS));
      }
    }
    throw new AssertionError("nobody listens: " + log());
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
