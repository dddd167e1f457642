package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Http;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Details;
import dev.mayfly.cli.screen.Table;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly grants}: who holds which role until when. */
@Command(name = "grants", description = "See grants: who holds which role, until when.")
final class GrantsCommand {

  private GrantsCommand() {}

  /** {@code mayfly grants list}. */
  @Command(name = "list", description = "List grants, the newest first.")
  static final class ListGrants implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final OperatorOptions operator = new OperatorOptions();
    @Mixin private final OutputOptions output = new OutputOptions();

    @Option(
        names = "--identity",
        paramLabel = "ID",
        description = "Of one identity (SPIFFE ID or id).")
    private Optional<String> identity = Optional.empty();

    @Option(names = "--role", paramLabel = "ROLE", description = "Over one role.")
    private Optional<String> role = Optional.empty();

    @Option(names = "--state", paramLabel = "STATE", description = "In one state, e.g. ACTIVE.")
    private Optional<String> state = Optional.empty();

    @Mixin private final PageOptions page = new PageOptions();

    ListGrants(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      Query query =
          new Query("/v1/grants")
              .with("identity", identity)
              .with("role", role)
              .with("state", state);
      Json answer = operator.open(around, OperatorOptions.READ).get(page.on(query).toString());
      return new Listing(around, output)
          .show(
              answer,
              new Table("STATE", "ROLE", "IDENTITY", "ENDS", "GRANT"),
              "no grants",
              grant ->
                  new String[] {
                    grant.text("state"),
                    grant.text("role"),
                    grant.text("identity"),
                    grant.when(
                        grant.json().instant("ended_at").isPresent() ? "ended_at" : "expires_at"),
                    grant.text("id")
                  });
    }
  }

  /** {@code mayfly grants show ID}. */
  @Command(name = "show", description = "Show one grant with all it has.")
  static final class ShowGrant implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final OperatorOptions operator = new OperatorOptions();
    @Mixin private final OutputOptions output = new OutputOptions();

    @Parameters(paramLabel = "ID", description = "The grant's id.")
    private String id = "";

    ShowGrant(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      Json grant = operator.open(around, OperatorOptions.READ).get("/v1/grants/" + Http.encode(id));
      if (output.json()) {
        around.screen().json(grant.members());
      } else {
        Details.print(around.screen(), grant.members(), around.clock().instant());
      }
      return Exit.OK;
    }
  }
}
