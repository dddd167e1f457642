package dev.mayfly.cli;

import dev.mayfly.cli.broker.Stop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a trusted issuer says of who asks, in the place of a key. */
final class AssertionOptions {

  @Option(
      names = "--assertion-file",
      paramLabel = "FILE",
      description =
          "Instead of a key: a JWT of a trusted issuer (Kubernetes, GitHub Actions, ...);"
              + " - for standard input.")
  private Optional<String> file = Optional.empty();

  boolean given() {
    return file.isPresent();
  }

  /** The assertion that was named. */
  String read(Surroundings around) throws Stop {
    return read(file.orElseThrow(), around);
  }

  private static String read(String from, Surroundings around) throws Stop {
    try {
      byte[] bytes =
          from.equals("-") ? around.in().readAllBytes() : Files.readAllBytes(Path.of(from));
      return new String(bytes, StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw Stop.usage("cannot read the assertion from " + from, "check the path");
    }
  }
}
