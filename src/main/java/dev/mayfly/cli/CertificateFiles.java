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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** What is to stand in a file, and who may read it. */
  record Draft(Path file, String text, Set<PosixFilePermission> who) {

    static Draft of(Path file, String text) {
      return new Draft(file, text, EVERYBODYS_TO_READ);
    }

    static Draft ofKey(Path file, String text) {
      return new Draft(file, text, OWNERS);
    }
  }

  static void write(Path file, String text) throws Stop {
    replace(List.of(Draft.of(file, text)));
  }

  /**
   * Replaces files that belong together: none before all are written, so that a full disk leaves
   * what was there, of which one may be what the next renewal is proven by.
   */
  static void replace(List<Draft> drafts) throws Stop {
    Map<Path, Path> beside = new LinkedHashMap<>();
    try {
      for (Draft draft : drafts) {
        Path next = fresh(draft.file(), folder(draft.file()));
        beside.put(draft.file(), next);
        fill(next, draft);
      }
      for (Map.Entry<Path, Path> one : beside.entrySet()) {
        move(one.getValue(), one.getKey());
      }
    } finally {
      for (Path next : beside.values()) {
        forget(next);
      }
    }
  }

  /**
   * Before the broker is asked: a join token is good once, and its answer has to go somewhere. A
   * folder that is not there yet is made when there is something to write.
   */
  static void insistOnWriting(Path file) throws Stop {
    Path there = folder(file);
    while (!Files.exists(there)) {
      there = folder(there);
    }
    forget(fresh(file, there));
  }

  private static Path folder(Path file) {
    Path whole = file.toAbsolutePath();
    Path folder = whole.getParent();
    return folder == null ? whole : folder;
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
            "others may read or change " + file,
            "take a new key; or chmod 0600 it, if you know that nobody has read it");
      }
    } catch (IOException e) {
      throw Stop.usage("cannot read " + file, "check the path and who may read it");
    }
    return read(file);
  }

  private static Path fresh(Path file, Path folder) throws Stop {
    try {
      Files.createDirectories(folder);
      return Files.createTempFile(
          folder, ".mayfly", ".new", PosixFilePermissions.asFileAttribute(OWNERS));
    } catch (IOException e) {
      throw unwritable(file);
    }
  }

  private static void fill(Path next, Draft draft) throws Stop {
    try {
      Files.writeString(next, draft.text(), StandardCharsets.US_ASCII);
      Files.setPosixFilePermissions(next, draft.who());
    } catch (IOException e) {
      throw unwritable(draft.file());
    }
  }

  private static void move(Path next, Path file) throws Stop {
    try {
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw unwritable(file);
    }
  }

  private static void forget(Path next) throws Stop {
    try {
      Files.deleteIfExists(next);
    } catch (IOException e) {
      throw unwritable(next);
    }
  }

  private static Stop unwritable(Path file) {
    return Stop.usage("cannot write " + file, "check the folder and who may write to it");
  }
}
