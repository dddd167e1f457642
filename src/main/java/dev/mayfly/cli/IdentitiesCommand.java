package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Table;
import dev.mayfly.cli.screen.Times;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mayfly identities}: who may ask, who answers for them, and when somebody looks again. */
@Command(name = "identities", description = "See identities: owner, environment, review date.")
final class IdentitiesCommand implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final OperatorOptions operator = new OperatorOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(names = "--owner", paramLabel = "OWNER", description = "Of one owner.")
  private Optional<String> owner = Optional.empty();

  @Option(names = "--state", paramLabel = "STATE", description = "In one state, e.g. SUSPENDED.")
  private Optional<String> state = Optional.empty();

  @Option(names = "--name", paramLabel = "SPIFFE-ID", description = "The one of that name.")
  private Optional<String> name = Optional.empty();

  @Mixin private final PageOptions page = new PageOptions();

  IdentitiesCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    Query query =
        page.on(
            new Query("/v1/identities")
                .with("name", name)
                .with("owner", owner)
                .with("state", state));
    Json answer = operator.open(around, OperatorOptions.READ).get(query.toString());
    if (output.json()) {
      around.screen().json(answer.members());
    } else {
      show(answer);
    }
    return Exit.OK;
  }

  private void show(Json answer) {
    Instant now = around.clock().instant();
    Table table = new Table("STATE", "KIND", "IDENTITY", "OWNER", "ENVIRONMENT", "REVIEW", "ID");
    for (Json identity : answer.objects("items")) {
      table.row(
          identity.show("state"),
          identity.show("kind"),
          identity.show("name"),
          identity.show("owner"),
          identity.show("environment"),
          identity.instant("review_at").map(at -> Times.relative(at, now)).orElse(""),
          identity.show("id"));
    }
    if (table.isEmpty()) {
      around.screen().note("no identities have been seen yet");
    } else {
      table.printTo(around.screen());
    }
    PageOptions.more(answer, around.screen());
  }
}
