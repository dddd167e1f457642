package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Screen;
import dev.mayfly.cli.screen.Table;
import dev.mayfly.cli.screen.Times;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mayfly audit}: who did what to what, and why. */
@Command(
    name = "audit",
    description = "Read the audit log, the newest first.",
    footer = {
      "",
      "Examples:",
      "  mayfly audit --since 1h",
      "  mayfly audit --grant 0199... --action credential.mint --json",
    })
final class AuditCommand implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final OperatorOptions operator = new OperatorOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--subject",
      paramLabel = "KIND:ID",
      description = "About one thing, e.g. credential:0199...")
  private Optional<String> subject = Optional.empty();

  @Option(names = "--grant", paramLabel = "ID", description = "Under one grant.")
  private Optional<String> grant = Optional.empty();

  @Option(names = "--identity", paramLabel = "ID", description = "Of one identity.")
  private Optional<String> identity = Optional.empty();

  @Option(
      names = "--action",
      paramLabel = "ACTION",
      description = "One action, e.g. credential.mint.")
  private Optional<String> action = Optional.empty();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "From then on: 15m, 2h, 1d ago, or 2026-11-21T08:00:00Z.")
  private Optional<String> since = Optional.empty();

  @Mixin private final PageOptions page = new PageOptions();

  AuditCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    Query query =
        new Query("/v1/audit")
            .with("subject", subject)
            .with("grant", grant)
            .with("identity", identity)
            .with("action", action)
            .with("since", sinceWhen());
    Json answer = operator.open(around, OperatorOptions.READ).get(page.on(query).toString());
    if (output.json()) {
      around.screen().json(answer.members());
    } else {
      show(answer);
    }
    return Exit.OK;
  }

  private Optional<String> sinceWhen() throws Stop {
    return since.isEmpty()
        ? Optional.empty()
        : Optional.of(Since.parse(since.get(), around.clock().instant()).toString());
  }

  private void show(Json answer) {
    Instant now = around.clock().instant();
    Table table =
        new Table("WHEN", "ACTION", "OUTCOME", "ACTOR", "SUBJECT", "CAUSE").endingInProse();
    for (Json event : answer.objects("items")) {
      table.row(
          event.instant("at").map(at -> Times.relative(at, now)).orElse(""),
          event.show("action"),
          event.show("outcome"),
          event.show("actor"),
          event.show("subject"),
          event.show("cause"));
    }
    Screen screen = around.screen();
    if (table.isEmpty()) {
      screen.note("no such events");
    } else {
      table.printTo(screen);
    }
    PageOptions.more(answer, screen);
  }
}
