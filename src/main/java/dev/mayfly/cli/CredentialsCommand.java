package dev.mayfly.cli;

import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Table;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mayfly credentials}: what the ledger holds that perhaps nobody has received. */
@Command(
    name = "credentials",
    description = {
      "See credentials whose delivery is not confirmed: the broker recorded them and died, or its",
      "caller had gone, before it was sure that the answer had left. Whoever asked may have it.",
      "Take one back: mayfly revoke --credential ID"
    })
final class CredentialsCommand implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final OperatorOptions operator = new OperatorOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--undelivered",
      required = true,
      description = "Those; the ledger is not listed whole.")
  private boolean undelivered;

  @Mixin private final PageOptions page = new PageOptions();

  CredentialsCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    Query query =
        page.on(
            new Query("/v1/credentials")
                .with("undelivered", Optional.of(String.valueOf(undelivered))));
    Json answer = operator.open(around, OperatorOptions.READ).get(query.toString());
    return new Listing(around, output)
        .show(
            answer,
            new Table("STATE", "KIND", "IDENTITY", "ISSUED", "EXPIRES", "ID"),
            "none: every answer left",
            credential ->
                new String[] {
                  credential.text("state"),
                  credential.text("kind"),
                  credential.text("identity"),
                  credential.when("issued_at"),
                  credential.when("expires_at"),
                  credential.text("id")
                });
  }
}
