package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Details;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mayfly info}: what broker this is. */
@Command(name = "info", description = "What broker this is and how it is set up.")
final class InfoCommand implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final OperatorOptions operator = new OperatorOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  InfoCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    Json info = operator.open(around, OperatorOptions.READ).get("/v1/info");
    if (output.json()) {
      around.screen().json(info.members());
    } else {
      Details.print(around.screen(), info.members(), around.clock().instant());
    }
    return Exit.OK;
  }
}
