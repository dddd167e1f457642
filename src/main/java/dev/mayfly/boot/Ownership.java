package dev.mayfly.boot;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Which of several brokers on one folder ends its PostgreSQL: the one that holds this lock. The
 * kernel takes it from a process that dies, however it dies, so that what a killed broker left
 * behind belongs to the next one.
 */
public record Ownership(FileChannel held) implements AutoCloseable {

  /** Empty while another has it. */
  static Optional<Ownership> of(Path folder) {
    Path file = folder.resolve("postgres.owner");
    try {
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (isLocked(channel)) {
        return Optional.of(new Ownership(channel));
      }
      channel.close();
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot lock " + file, e);
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // this very process has it already
    }
  }

  @Override
  public void close() {
    try {
      held.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot give up the embedded PostgreSQL", e);
    }
  }
}
