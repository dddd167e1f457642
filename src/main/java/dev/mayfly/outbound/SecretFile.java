package dev.mayfly.outbound;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Set;

/** Reads what a mounted file keeps secret, at start, and refuses a file that others may read. */
public final class SecretFile {

  /** A mounted secret is often readable for a group; others' eyes make it none. */
  private static final Set<PosixFilePermission> NOT_ALLOWED =
      Set.of(
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private SecretFile() {}

  /**
   * Its lines that are not blank, at least one; throws {@link IllegalArgumentException} with a
   * sentence that tells no part of them.
   */
  public static List<String> lines(Path file) {
    try {
      if (isOpenToOthers(file)) {
        throw new IllegalArgumentException(
            "the secret file " + file + " may be read by others: chmod 0400 it");
      }
      List<String> lines =
          Files.readAllLines(file).stream().map(String::strip).filter(l -> !l.isEmpty()).toList();
      if (lines.isEmpty()) {
        throw new IllegalArgumentException("the secret file " + file + " is empty");
      }
      return lines;
    } catch (IOException e) {
      throw new IllegalArgumentException("the secret file " + file + " cannot be read", e);
    }
  }

  private static boolean isOpenToOthers(Path file) throws IOException {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix")
        && Files.getPosixFilePermissions(file).stream().anyMatch(NOT_ALLOWED::contains);
  }
}
