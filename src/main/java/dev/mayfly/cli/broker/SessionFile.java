package dev.mayfly.cli.broker;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where this user's session at one broker is kept, in a file that only they can read. What is in it
 * is worth nothing without the key beside it ({@link DpopKey}).
 */
public final class SessionFile {

  private static final Set<PosixFilePermission> OWNERS =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  private static final FileAttribute<?> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<?> OWNER_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
  private static final int NAME_LENGTH = 16;

  private final Path folder;
  private final Path file;

  private SessionFile(Path folder, Path file) {
    this.folder = folder;
    this.file = file;
  }

  /** The file of this broker in this user's state folder; it need not be there yet. */
  public static SessionFile of(Path stateFolder, String issuer) {
    return new SessionFile(stateFolder, stateFolder.resolve("session-" + name(issuer) + ".json"));
  }

  public boolean isThere() {
    return Files.exists(file);
  }

  /** Something that is done while no other command touches the session. */
  interface Work<T> {
    T run() throws Stop;
  }

  /** Of two commands at once one renews, and the other finds what it got. */
  <T> T alone(Work<T> work) throws Stop {
    try {
      Files.createDirectories(folder, OWNER_FOLDER);
      Path lock = folder.resolve(file.getFileName() + ".lock");
      try (FileChannel channel =
              FileChannel.open(
                  lock, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), OWNER_FILE);
          FileLock held = channel.lock()) {
        assert held.isValid();
        return work.run();
      }
    } catch (IOException e) {
      throw bad("it cannot be locked");
    }
  }

  /** What is kept; empty where nobody is logged in. */
  Optional<Json> read() throws Stop {
    try {
      if (!isThere()) {
        return Optional.empty();
      }
      if (!OWNERS.containsAll(Files.getPosixFilePermissions(file))) {
        throw bad("others may read or change it");
      }
      return Json.parse(Files.readString(file));
    } catch (IOException e) {
      throw bad("it cannot be read");
    }
  }

  /** Written beside and moved, so that nobody reads half of it. */
  void write(Map<String, Object> session) throws Stop {
    try {
      Files.createDirectories(folder, OWNER_FOLDER);
      Path fresh = Files.createTempFile(folder, "session", ".new", OWNER_FILE);
      Files.writeString(fresh, JSONObjectUtils.toJSONString(session));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw bad("it cannot be written");
    }
  }

  public void delete() throws Stop {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw bad("it cannot be removed");
    }
  }

  private Stop bad(String what) {
    return Stop.usage(
        "session file " + file + ": " + what, "check its folder, or rm it and log in again");
  }

  private static String name(String issuer) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(issuer.getBytes(StandardCharsets.UTF_8));
      return Base64URL.encode(digest).toString().substring(0, NAME_LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
