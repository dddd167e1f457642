package dev.mayfly.cli;

import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Table;
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
      return new Listing(around, output)
          .show(
              answer,
              new Table("STATE", "RING", "PREPARED", "SIGNS UNTIL", "KEY"),
              "no keys",
              key ->
                  new String[] {
                    key.text("state"),
                    key.text("ring"),
                    key.when("prepared_at"),
                    key.when("not_after"),
                    key.text("kid")
                  });
    }
  }
}
