package dev.mayfly.cli;

import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Table;
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
    return new Listing(around, output)
        .show(
            answer,
            new Table("STATE", "KIND", "IDENTITY", "OWNER", "ENVIRONMENT", "REVIEW", "ID"),
            "no identities have been seen yet",
            identity ->
                new String[] {
                  identity.text("state"),
                  identity.text("kind"),
                  identity.text("name"),
                  identity.text("owner"),
                  identity.text("environment"),
                  identity.when("review_at"),
                  identity.text("id")
                });
  }
}
