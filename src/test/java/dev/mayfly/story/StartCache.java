package dev.mayfly.story;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The cache of loaded and linked classes that {@code deploy/mayfly-broker --record} makes for
 * operators: here the first broker that ends in peace leaves it to those that start afterwards.
 */
final class StartCache {

  private static final Path CACHE = Path.of("target/story.aot").toAbsolutePath();
  private static final Path RECORD = CACHE.resolveSibling("story.aot.recorded");
  private static final Path LOCK = CACHE.resolveSibling("story.aot.lock");

  /** What changes with each build. */
  private static final Path BUILT = Path.of("target/quarkus-app/app/mayfly.jar");

  private static @Nullable Recording recording;

  private StartCache() {}

  /** A broker that records, and what keeps the brokers of other test processes from it. */
  private record Recording(Process broker, FileLock lock) {}

  /** Starts a broker that uses the cache, or records one where there is none of this build. */
  static synchronized Process start(ProcessBuilder broker) throws IOException {
    if (recording != null && !recording.broker().isAlive()) {
      keep(recording);
      recording = null;
    }
    if (isOfThisBuild()) {
      broker.command().add(1, "-XX:AOTCache=" + CACHE);
      return broker.start();
    }
    Optional<FileLock> lock = recording == null ? lock() : Optional.empty();
    if (lock.isEmpty()) {
      return broker.start();
    }
    Files.deleteIfExists(RECORD);
    broker.command().add(1, "-XX:AOTCacheOutput=" + RECORD);
    recording = new Recording(broker.start(), lock.get());
    return recording.broker();
  }

  /** A broker that records takes its time at its end. */
  static synchronized boolean isRecordedBy(Process broker) {
    return recording != null && recording.broker().equals(broker);
  }

  /** A broker that was killed leaves nothing. It gets its name only when it is whole. */
  private static void keep(Recording ended) throws IOException {
    if (Files.exists(RECORD)) {
      Files.move(RECORD, CACHE, StandardCopyOption.ATOMIC_MOVE);
    }
    ended.lock().acquiredBy().close();
  }

  /** None while another process has it. */
  private static Optional<FileLock> lock() throws IOException {
    FileChannel channel =
        FileChannel.open(LOCK, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    FileLock lock = channel.tryLock();
    if (lock == null) {
      channel.close();
    }
    return Optional.ofNullable(lock);
  }

  private static boolean isOfThisBuild() throws IOException {
    return Files.exists(CACHE)
        && Files.getLastModifiedTime(CACHE).compareTo(Files.getLastModifiedTime(BUILT)) > 0;
  }
}
