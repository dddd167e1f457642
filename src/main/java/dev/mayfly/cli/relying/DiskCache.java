package dev.mayfly.cli.relying;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Pages on disk, one file each, for this user's eyes only: who verifies which tokens is nobody
 * else's business, and a key set that others may write is no key set. A cache that cannot be
 * written costs a request, never the command.
 */
public final class DiskCache {

  private static final FileAttribute<?> OWNER_FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<?> OWNER_FOLDER =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private final Path folder;

  public DiskCache(Path folder) {
    this.folder = folder;
  }

  Optional<Page> read(String uri) {
    try {
      return Page.fromJson(Files.readString(file(uri)), uri);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Written beside and renamed, so that two commands at once never read half a file. */
  void write(Page page) {
    try {
      Files.createDirectories(folder, OWNER_FOLDER);
      Path fresh = Files.createTempFile(folder, "page", ".new", OWNER_FILE);
      Files.writeString(fresh, page.toJson());
      Files.move(fresh, file(page.uri()), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      System.getLogger(DiskCache.class.getName())
          .log(System.Logger.Level.DEBUG, "not cached: {0}", page.uri());
    }
  }

  private Path file(String uri) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(uri.getBytes(StandardCharsets.UTF_8));
      return folder.resolve(HexFormat.of().formatHex(digest, 0, 16) + ".json");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
