package dev.mayfly.cli;

import dev.mayfly.cli.broker.Stop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * Files that servers read while they are renewed: each is replaced whole, a private key is its
 * owner's from its first octet on.
 */
final class CertificateFiles {

  private static final Set<PosixFilePermission> EVERYBODYS_TO_READ =
      PosixFilePermissions.fromString("rw-r--r--");
  private static final Set<PosixFilePermission> OWNERS =
      PosixFilePermissions.fromString("rw-------");

  /** A group that reads it is how servers get their key; anybody more is a leak. */
  private static final Set<PosixFilePermission> TOO_MUCH =
      EnumSet.of(
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private CertificateFiles() {}

  static void write(Path file, String text) throws Stop {
    replace(file, text, EVERYBODYS_TO_READ);
  }

  static void writeKey(Path file, String text) throws Stop {
    replace(file, text, OWNERS);
  }

  static String read(Path file) throws Stop {
    try {
      return Files.readString(file, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw Stop.usage("cannot read " + file, "check the path and who may read it");
    }
  }

  static String readKey(Path file) throws Stop {
    try {
      if (Files.getPosixFilePermissions(file).stream().anyMatch(TOO_MUCH::contains)) {
        throw Stop.usage(
            "others may read or change " + file, "take a new key: rm it and try again");
      }
    } catch (IOException e) {
      throw Stop.usage("cannot read " + file, "check the path and who may read it");
    }
    return read(file);
  }

  private static void replace(Path file, String text, Set<PosixFilePermission> who) throws Stop {
    try {
      Path folder = file.toAbsolutePath().getParent();
      Files.createDirectories(folder);
      Path next =
          Files.createTempFile(
              folder, ".mayfly", ".new", PosixFilePermissions.asFileAttribute(OWNERS));
      try {
        Files.writeString(next, text, StandardCharsets.US_ASCII);
        Files.setPosixFilePermissions(next, who);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(next);
      }
    } catch (IOException e) {
      throw Stop.usage("cannot write " + file, "check the folder and who may write to it");
    }
  }
}
