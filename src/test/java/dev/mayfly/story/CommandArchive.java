package dev.mayfly.story;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The archive of classes that the command's launcher writes at its first run: made once for the
 * homes of all tests, because making it takes as long as several commands.
 */
final class CommandArchive {

  private static final Path LAUNCHER = Path.of("target/mayfly").toAbsolutePath();

  /** The launcher itself replaces what it finds here when the program is newer. */
  private static final Path SHARED = Path.of("target/command-cache").toAbsolutePath();

  private static boolean isMade;

  private CommandArchive() {}

  /** The launcher with these arguments, and with a cache of its own that has the archive. */
  static ProcessBuilder command(Path cache, List<String> arguments)
      throws IOException, InterruptedException {
    make();
    Path own = Files.createDirectories(cache.resolve("mayfly"));
    try (DirectoryStream<Path> archives =
        Files.newDirectoryStream(SHARED.resolve("mayfly"), "*.jsa")) {
      for (Path archive : archives) {
        Path link = own.resolve(archive.getFileName());
        if (!Files.exists(link)) {
          Files.createSymbolicLink(link, archive);
        }
      }
    }
    return launcher(cache, arguments);
  }

  private static synchronized void make() throws IOException, InterruptedException {
    if (!isMade) {
      Process first =
          launcher(SHARED, List.of("--version"))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      isMade = first.waitFor() == 0;
    }
  }

  private static ProcessBuilder launcher(Path cache, List<String> arguments) {
    ProcessBuilder builder = new ProcessBuilder(LAUNCHER.toString());
    builder.command().addAll(arguments);
    builder.environment().put("XDG_CACHE_HOME", cache.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return builder;
  }
}
