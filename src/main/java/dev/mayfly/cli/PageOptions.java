package dev.mayfly.cli;

import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.screen.Screen;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How much of a long list, and from where. */
final class PageOptions {

  @Option(names = "--limit", paramLabel = "N", description = "At most so many.")
  private Optional<Integer> limit = Optional.empty();

  @Option(
      names = "--after",
      paramLabel = "CURSOR",
      description = "Go on where the last list ended.")
  private Optional<String> after = Optional.empty();

  Query on(Query query) {
    return query.with("limit", limit.map(String::valueOf)).with("after", after);
  }

  /** Tells how to see the rest. */
  static void more(Json answer, Screen screen) {
    answer.text("next").ifPresent(next -> screen.note("more: --after " + Screen.plain(next)));
  }
}
