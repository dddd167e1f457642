package dev.mayfly.revocation.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.stream.Stream;

/**
 * Looks at the folder before the broker starts: Mayfly takes away what does not belong there, and
 * what stands there is for everybody, so a folder that holds something else is refused.
 */
final class Ground {

  private static final String ISSUER = "issuer";

  private final Path root;
  private final Path ours;
  private final String issuer;
  private final List<Path> secrets;

  /**
   * For a folder that may be used.
   *
   * @param secrets files and folders that must not be in it, nor it in them
   */
  Ground(Path root, String issuer, List<Path> secrets) {
    this.root = root;
    this.ours = root.resolve(Folder.OURS);
    this.issuer = issuer;
    this.secrets = secrets;
  }

  Path root() {
    return root;
  }

  /**
   * Throws {@link IllegalArgumentException} with one sentence. A folder that is away or that cannot
   * be written is no reason: it may come back, and lists are served without it.
   */
  void check() {
    if (!root.isAbsolute()) {
      throw refusal("must be an absolute path");
    }
    for (Path secret : secrets) {
      Path other = real(secret.toAbsolutePath());
      if (other.startsWith(real(root)) || real(root).startsWith(other)) {
        throw refusal("is for everybody and must be apart from " + secret);
      }
    }
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw refusal("is no folder");
    }
    if (Files.isDirectory(root)) {
      try {
        look();
      } catch (IOException e) {
        return; // publishing will say the same, and go on trying
      }
    }
  }

  /** Marks the folder as this issuer's. */
  void claim(Replacing replacing) throws IOException {
    Path mark = ours.resolve(ISSUER);
    if (Files.isDirectory(root) && !Files.exists(mark)) {
      Files.createDirectories(ours);
      replacing.replace(mark, issuer.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void look() throws IOException {
    if (isOpenToOthers()) {
      throw refusal("may be written by others: chmod o-w it");
    }
    Path mark = ours.resolve(ISSUER);
    if (Files.exists(mark)) {
      if (!Files.readString(mark).equals(issuer)) {
        throw refusal("holds the lists of another issuer");
      }
    } else if (!Files.isDirectory(ours) && holdsSomething()) {
      throw refusal("must be empty at first: what does not belong to Mayfly would be taken away");
    }
  }

  private boolean isOpenToOthers() throws IOException {
    try {
      return Files.getPosixFilePermissions(root).contains(PosixFilePermission.OTHERS_WRITE);
    } catch (UnsupportedOperationException e) {
      return false; // a file system without such permissions
    }
  }

  /** Hidden files, and what a file system keeps for itself, are in nobody's way. */
  private boolean holdsSomething() throws IOException {
    try (Stream<Path> all = Files.list(root)) {
      return all.map(path -> path.getFileName().toString())
          .anyMatch(name -> !isOfTheFileSystem(name));
    }
  }

  static boolean isOfTheFileSystem(String name) {
    return name.startsWith(".") || name.equals("lost+found");
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path.normalize();
    }
  }

  private IllegalArgumentException refusal(String what) {
    return new IllegalArgumentException("mayfly.lists.files, " + root + ", " + what);
  }
}
