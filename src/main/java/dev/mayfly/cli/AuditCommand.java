package dev.mayfly.cli;

import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Table;
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
    return new Listing(around, output)
        .show(
            answer,
            new Table("WHEN", "ACTION", "OUTCOME", "ACTOR", "SUBJECT", "CAUSE").endingInProse(),
            "no such events",
            event ->
                new String[] {
                  event.when("at"),
                  event.text("action"),
                  event.text("outcome"),
                  event.text("actor"),
                  event.text("subject"),
                  event.text("cause")
                });
  }

  private Optional<String> sinceWhen() throws Stop {
    return since.isEmpty()
        ? Optional.empty()
        : Optional.of(Moment.past("--since", since.get(), around.clock().instant()).toString());
  }
}
