package dev.mayfly.revocation.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A folder that several nodes keep as the newest of them has it. One writes at a time, by a lock
 * that the kernel takes from a process that dies; and nobody puts something older in the place of
 * something newer (rule 7). Everything in here blocks.
 */
final class Folder {

  /** Where the folder says whose it is and how far it has come. */
  static final String OURS = ".mayfly";

  private final Path root;
  private final Replacing replacing;
  private final Set<String> compared = new HashSet<>();

  Folder(Path root, Replacing replacing) {
    this.root = root;
    this.replacing = replacing;
  }

  /** How it went. */
  enum Result {
    /** The folder is as the exhibit has it. */
    IN_STEP,
    /** Somebody who knows more has written, or begun to. */
    NEWER_THERE,
    /** Another node writes: look again in a moment. */
    BUSY
  }

  /**
   * Makes the folder as the exhibit has it; what fails does not keep the rest from being written.
   */
  Result bring(Exhibit exhibit) throws IOException {
    if (!Files.isDirectory(root)) { // a disk that is not mounted is not to be made up for
      throw new NotDirectoryException(root + " does not exist");
    }
    Path ours = Files.createDirectories(root.resolve(OURS));
    try (FileChannel lock =
        FileChannel.open(
            ours.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      return isLocked(lock) ? bring(exhibit, ours) : Result.BUSY;
    }
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // this very process, by another broker in it
    }
  }

  private Result bring(Exhibit exhibit, Path ours) throws IOException {
    Path file = ours.resolve(exhibit.name());
    Progress progress = Progress.read(file);
    if (exhibit.number() < progress.begun()) {
      return Result.NEWER_THERE;
    }
    Set<String> present = present(exhibit);
    Map<String, Exhibit.Piece> stale = stale(exhibit, progress, present);
    Set<String> gone = new TreeSet<>(present);
    gone.removeAll(exhibit.files().keySet());
    gone.removeAll(exhibit.left());
    if (!stale.isEmpty() || !gone.isEmpty()) {
      say(file, new Progress(exhibit.number(), progress.done()));
      change(stale, gone);
    }
    if (progress.done() < exhibit.number()) {
      say(file, new Progress(exhibit.number(), exhibit.number()));
    }
    compared.add(exhibit.name());
    return Result.IN_STEP;
  }

  private void say(Path file, Progress progress) throws IOException {
    replacing.replace(file, progress.text());
    Replacing.settle(root.resolve(OURS));
  }

  /** What is missing or has changed; the first time, also what somebody else has changed. */
  private Map<String, Exhibit.Piece> stale(Exhibit exhibit, Progress progress, Set<String> present)
      throws IOException {
    Map<String, Exhibit.Piece> stale = new TreeMap<>();
    for (Map.Entry<String, Exhibit.Piece> one : exhibit.files().entrySet()) {
      boolean news = one.getValue().number() > progress.done();
      boolean look = news || !compared.contains(exhibit.name());
      if (!present.contains(one.getKey())
          || (look && !isThere(one.getKey(), one.getValue().bytes()))) {
        stale.put(one.getKey(), one.getValue());
      }
    }
    return stale;
  }

  private boolean isThere(String path, byte[] bytes) throws IOException {
    Path file = root.resolve(path);
    return Files.size(file) == bytes.length
        && java.util.Arrays.equals(Files.readAllBytes(file), bytes);
  }

  private void change(Map<String, Exhibit.Piece> stale, Set<String> gone) throws IOException {
    Failures failures = new Failures();
    Set<Path> folders = new HashSet<>();
    for (Map.Entry<String, Exhibit.Piece> one : stale.entrySet()) {
      Path file = root.resolve(one.getKey());
      folders.add(file.getParent());
      failures.during(
          () -> {
            Files.createDirectories(file.getParent());
            replacing.replace(file, one.getValue().bytes());
          });
    }
    for (String path : gone) {
      Path file = root.resolve(path);
      folders.add(file.getParent());
      failures.during(() -> Files.deleteIfExists(file));
    }
    for (Path folder : folders) {
      failures.during(() -> Replacing.settle(folder));
    }
    failures.end();
  }

  /** The exhibit's files that stand there; what a crash has left is cleared away on the way. */
  private Set<String> present(Exhibit exhibit) throws IOException {
    Set<String> present = new TreeSet<>();
    for (Path folder : folders()) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          String path = root.relativize(file).toString();
          if (Replacing.isUnfinished(file)) {
            Files.delete(file); // nobody else writes now
          } else if (exhibit.own().matcher(path).matches()) {
            present.add(path);
          }
        }
      }
    }
    return present;
  }

  /** Ours, and none that the file system keeps for itself: those may not be ours to read. */
  private Set<Path> folders() throws IOException {
    try (var all = Files.list(root)) {
      return all.filter(Files::isDirectory).filter(Folder::isOurs).collect(Collectors.toSet());
    }
  }

  private static boolean isOurs(Path folder) {
    String name = folder.getFileName().toString();
    return name.equals(OURS) || !Ground.isOfTheFileSystem(name);
  }
}
