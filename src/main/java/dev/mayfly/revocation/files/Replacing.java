package dev.mayfly.revocation.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Puts bytes into the place of a file, so that whoever reads it has the old ones or the new ones
 * and never a part, after a loss of power too: a file beside it, its bytes on the disk, then its
 * new name.
 */
final class Replacing {

  private static final String UNFINISHED = ".mayfly-unfinished";

  private final Renaming renaming;

  /** The last step; a test stops before it. */
  interface Renaming {
    void rename(Path from, Path to) throws IOException;
  }

  Replacing(Renaming renaming) {
    this.renaming = renaming;
  }

  static Replacing atomic() {
    return new Replacing(
        (from, to) ->
            Files.move(
                from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING));
  }

  /** Readable as the process's umask says: a web server is another user. */
  void replace(Path file, byte[] bytes) throws IOException {
    Path fresh = file.resolveSibling("." + file.getFileName() + UNFINISHED);
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    }
    renaming.rename(fresh, file);
  }

  /** Whether this is what a crash has left. */
  static boolean isUnfinished(Path file) {
    return file.getFileName().toString().endsWith(UNFINISHED);
  }

  /** Brings the names of a folder to the disk. */
  static void settle(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
