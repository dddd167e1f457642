package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Http;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly resume}: lets an identity in again that {@code revoke --identity} suspended. */
@Command(
    name = "resume",
    description = {
      "Let a suspended identity in again. What was revoked with it stays revoked;",
      "its next token comes under a new grant, if policy still gives one."
    })
final class ResumeCommand implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final OperatorOptions operator = new OperatorOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(paramLabel = "ID", description = "The identity, as 'mayfly identities' lists it.")
  private String identity = "";

  @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
  private String reason = "";

  ResumeCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    Json answer =
        operator
            .open(around, OperatorOptions.REVOKE)
            .post("/v1/identities/" + Http.encode(identity) + "/resume", Map.of("reason", reason));
    if (output.json()) {
      around.screen().json(answer.members());
    } else {
      around.screen().print(around.screen().good("resumed") + "  identity " + identity);
    }
    return Exit.OK;
  }
}
