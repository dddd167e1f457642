package dev.mayfly.cli;

import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.screen.Screen;
import dev.mayfly.cli.screen.Times;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mayfly certificate}: what its two kinds have in common is how they are shown. */
@Command(name = "certificate", description = "Get a certificate: X.509 or SSH.")
final class CertificateCommand {

  private CertificateCommand() {}

  /** How the result is told. */
  static final class Telling {

    @Mixin private final OutputOptions output = new OutputOptions();

    @Option(
        names = {"-q", "--quiet"},
        description = "Say nothing when it is well: for a timer.")
    private boolean quiet;
  }

  /**
   * Says what was given, and where it lies.
   *
   * @param files by what they hold
   */
  static void show(Surroundings around, Telling how, Json answer, Map<String, Path> files) {
    Screen screen = around.screen();
    if (how.quiet) {
      return;
    }
    if (how.output.json()) {
      Map<String, Object> members = new LinkedHashMap<>(answer.members());
      Map<String, String> paths = new LinkedHashMap<>();
      files.forEach((name, file) -> paths.put(name, file.toString()));
      members.put("files", paths);
      screen.json(members);
      return;
    }
    field(screen, "names", String.join(" ", answer.texts("names")));
    field(screen, "profile", answer.show("profile"));
    field(
        screen,
        "expires",
        answer
            .number("expires_in")
            .map(seconds -> "in " + Times.span(Duration.ofSeconds(seconds)))
            .orElse("at an unknown time"));
    answer
        .object("renewal")
        .flatMap(window -> window.instant("start"))
        .ifPresent(
            start -> field(screen, "renew", Times.relative(start, around.clock().instant())));
    files.forEach((name, file) -> field(screen, name, file.toString()));
    field(screen, "credential", answer.show("id"));
    field(screen, "grant", answer.show("grant"));
  }

  /** Says that there is nothing to do before this moment. */
  static void showLater(Surroundings around, Telling how, Instant moment) {
    Screen screen = around.screen();
    if (how.quiet) {
      return;
    }
    if (how.output.json()) {
      screen.json(Map.of("due", false, "renew", moment.toString()));
    } else {
      field(screen, "renew", Times.relative(moment, around.clock().instant()));
    }
  }

  private static void field(Screen screen, String name, String value) {
    if (!value.isEmpty()) {
      screen.print(screen.dim(String.format("%-12s", name)) + Screen.plain(value));
    }
  }
}
