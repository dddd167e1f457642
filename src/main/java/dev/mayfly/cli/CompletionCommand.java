package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code mayfly completion}: the script that lets a shell finish what is typed. */
@Command(
    name = "completion",
    description = "Print the completion script for bash and zsh.",
    footer = {"", "Use it:", "  source <(mayfly completion)"})
final class CompletionCommand implements Callable<Integer> {

  private final Surroundings around;

  CompletionCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() {
    around.screen().print(AutoComplete.bash("mayfly", Commands.all(around)));
    return Exit.OK;
  }
}
