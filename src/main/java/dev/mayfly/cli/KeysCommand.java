package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Table;
import dev.mayfly.cli.screen.Times;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mayfly keys}: the signing keys and where each is in its life. */
@Command(name = "keys", description = "See the broker's signing keys.")
final class KeysCommand {

  private KeysCommand() {}

  /** {@code mayfly keys list}. */
  @Command(name = "list", description = "List the signing keys of each ring.")
  static final class ListKeys implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final OperatorOptions operator = new OperatorOptions();
    @Mixin private final OutputOptions output = new OutputOptions();

    ListKeys(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      Json answer = operator.open(around, OperatorOptions.READ).get("/v1/keys");
      if (output.json()) {
        around.screen().json(answer.members());
      } else {
        show(answer);
      }
      return Exit.OK;
    }

    private void show(Json answer) {
      Instant now = around.clock().instant();
      Table table = new Table("STATE", "RING", "PREPARED", "SIGNS UNTIL", "KEY");
      for (Json key : answer.objects("items")) {
        table.row(
            key.show("state"),
            key.show("ring"),
            key.instant("prepared_at").map(at -> Times.relative(at, now)).orElse(""),
            key.instant("not_after").map(at -> Times.relative(at, now)).orElse(""),
            key.show("kid"));
      }
      table.printTo(around.screen());
    }
  }
}
