package dev.mayfly.credential.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs OpenSSH's programs, which must understand what Mayfly writes. */
public final class SshPrograms {

  private static final int SECONDS = 30;

  /** What a program said on both streams, and how it ended. */
  public record Said(int exit, String text) {

    /** The text of a program that was content. */
    public String well() {
      assertThat(exit).as(text).isZero();
      return text;
    }
  }

  private SshPrograms() {}

  public static Said run(String... command) {
    return run(Map.of(), command);
  }

  public static Said run(Map<String, String> environment, String... command) {
    try {
      Path said = Files.createTempFile("said", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder(List.of(command))
              .redirectErrorStream(true)
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(said.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command[0] + " does not end");
      }
      String text = Files.readString(said, StandardCharsets.UTF_8);
      Files.delete(said);
      return new Said(process.exitValue(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Makes a key pair without a passphrase; beside it stands the public key. */
  public static Path keygen(Path folder, String name, String... how) {
    Path file = folder.resolve(name);
    String[] command =
        Stream.concat(
                Stream.of("ssh-keygen", "-q", "-N", "", "-C", "a comment", "-f", file.toString()),
                Stream.of(how))
            .toArray(String[]::new);
    run(command).well();
    return file;
  }

  /** The text of the public key beside a private one. */
  public static String publicOf(Path file) {
    try {
      return Files.readString(Path.of(file + ".pub"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
