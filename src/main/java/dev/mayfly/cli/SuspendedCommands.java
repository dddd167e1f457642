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

/** What becomes of an identity that {@code revoke --identity} suspended. */
final class SuspendedCommands {

  private SuspendedCommands() {}

  /** {@code mayfly resume}. */
  @Command(
      name = "resume",
      description = {
        "Let a suspended identity in again. What was revoked with it stays revoked;",
        "its next token comes under a new grant, if policy still gives one."
      })
  static final class Resume extends Act {
    Resume(Surroundings around) {
      super(around, "resume", "resumed");
    }
  }

  /** {@code mayfly retire}. */
  @Command(
      name = "retire",
      description = {
        "Retire a suspended identity, for good. A person whom their provider has given",
        "another name may log in under it from then on."
      })
  static final class Retire extends Act {
    Retire(Surroundings around) {
      super(around, "retire", "retired");
    }
  }

  private abstract static class Act implements Callable<Integer> {

    private final Surroundings around;
    private final String act;
    private final String done;

    @Mixin private final OperatorOptions operator = new OperatorOptions();
    @Mixin private final OutputOptions output = new OutputOptions();

    @Parameters(paramLabel = "ID", description = "The identity, as 'mayfly identities' lists it.")
    private String identity = "";

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
    private String reason = "";

    Act(Surroundings around, String act, String done) {
      this.around = around;
      this.act = act;
      this.done = done;
    }

    @Override
    public Integer call() throws Stop {
      String path = "/v1/identities/%s/%s".formatted(Http.encode(identity), act);
      Json answer =
          operator.open(around, OperatorOptions.REVOKE).post(path, Map.of("reason", reason));
      if (output.json()) {
        around.screen().json(answer.members());
      } else {
        around.screen().print(around.screen().good(done) + "  identity " + identity);
      }
      return Exit.OK;
    }
  }
}
