package dev.mayfly.cli;

import dev.mayfly.cli.broker.Stop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The join token of an instance that has nothing else; never on the command line itself. */
final class JoinTokenOptions {

  private static final String VARIABLE = "MAYFLY_JOIN_TOKEN";

  /** As the broker makes them: 256 bits as base64url. */
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_-]{43}");

  /** Far above a token's length; more is a mistake. */
  private static final int LONGEST = 1024;

  @Option(
      names = "--join-token",
      paramLabel = "FILE",
      description =
          "Instead of a key: the join token that an operator made for this instance, good once;"
              + " - for standard input. Default: "
              + VARIABLE
              + ".")
  private Optional<String> file = Optional.empty();

  boolean given() {
    return file.isPresent();
  }

  /** Whether the environment holds one. */
  boolean isAround(Surroundings around) {
    return around.variable(VARIABLE).isPresent();
  }

  /** What was named, else what the environment holds. */
  String read(Surroundings around) throws Stop {
    String token =
        (file.isPresent() ? read(file.get(), around) : around.variable(VARIABLE).orElse(""))
            .strip();
    if (token.isEmpty()) {
      throw Stop.usage(
          "the join token is empty", "did the command that made it fail? see what it said");
    }
    return token;
  }

  private static String read(String from, Surroundings around) throws Stop {
    if (TOKEN.matcher(from).matches() && !Files.exists(Path.of(from))) {
      throw Stop.usage(
          "that is a join token itself: a command line can be read by every user of this machine",
          "have it withdrawn, and pipe the next one in: mayfly ... --join-token -");
    }
    try {
      byte[] bytes =
          from.equals("-") ? around.in().readNBytes(LONGEST) : Files.readAllBytes(Path.of(from));
      return new String(bytes, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw Stop.usage("cannot read the join token from " + from, "check the path");
    }
  }
}
