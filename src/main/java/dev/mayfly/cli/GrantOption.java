package dev.mayfly.cli;

import java.util.Optional;
import picocli.CommandLine.Option;

/** Under which grant something is minted. */
final class GrantOption {

  @Option(
      names = "--grant",
      paramLabel = "ID",
      description = "Under this grant, where several give the role.")
  private Optional<String> id = Optional.empty();

  Optional<String> id() {
    return id;
  }
}
