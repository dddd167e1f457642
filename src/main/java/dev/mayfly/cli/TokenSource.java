package dev.mayfly.cli;

import dev.mayfly.cli.broker.Stop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Parameters;

/** Where a token comes from: never the command line, which every user of the machine can read. */
final class TokenSource {

  /** Far above any token's length; more is a mistake. */
  private static final int LONGEST = 64 * 1024;

  private static final Pattern TOKEN =
      Pattern.compile("ey[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*");

  @Parameters(
      arity = "0..1",
      paramLabel = "TOKEN-FILE",
      description = "A file that holds the token, or - for standard input. Default: MAYFLY_TOKEN.")
  private Optional<String> from = Optional.empty();

  boolean given() {
    return from.isPresent();
  }

  String read(Surroundings around) throws Stop {
    String token = from.isPresent() ? read(from.get(), around) : fromEnvironment(around);
    if (token.isBlank()) {
      throw Stop.usage("the token is empty", "did the command that made it fail? see what it said");
    }
    return token.strip();
  }

  /** What was piped in, for commands that take a token in one way only. */
  static String standardInput(Surroundings around) throws Stop {
    return read("-", around).strip();
  }

  private static String fromEnvironment(Surroundings around) throws Stop {
    return around
        .variable("MAYFLY_TOKEN")
        .orElseThrow(
            () -> Stop.usage("no token", "pipe it and write -, name a file, or set MAYFLY_TOKEN"));
  }

  private static String read(String from, Surroundings around) throws Stop {
    if (TOKEN.matcher(from).matches()) {
      throw Stop.usage(
          "that is a token itself: a command line can be read by every user of this machine",
          "pipe it instead: echo \"$TOKEN\" | mayfly ... -");
    }
    try {
      byte[] bytes =
          from.equals("-") ? around.in().readNBytes(LONGEST) : Files.readAllBytes(Path.of(from));
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw Stop.usage("cannot read the token from " + from, "check the path and who may read it");
    }
  }
}
