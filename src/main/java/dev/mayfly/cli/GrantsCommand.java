package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Http;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Details;
import dev.mayfly.cli.screen.Table;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mayfly grants}: who holds which role until when; for a person, what they hold. */
@Command(
    name = "grants",
    description = "See grants: who holds which role, until when. Yours, when you are logged in.")
final class GrantsCommand implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final GrantListing listing = new GrantListing();

  GrantsCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    return listing.show(around);
  }

  /** {@code mayfly grants list}. */
  @Command(name = "list", description = "List grants, the newest first.")
  static final class ListGrants implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final GrantListing listing = new GrantListing();

    ListGrants(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      return listing.show(around);
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

  /** {@code mayfly grants history ID}. */
  @Command(name = "history", description = "Everything that happened to one grant.")
  static final class History implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final OperatorOptions operator = new OperatorOptions();
    @Mixin private final OutputOptions output = new OutputOptions();
    @Mixin private final PageOptions page = new PageOptions();

    @Parameters(paramLabel = "ID", description = "The grant's id.")
    private String id = "";

    History(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      Query query = page.on(new Query("/v1/grants/" + Http.encode(id) + "/history"));
      Json answer = operator.open(around, OperatorOptions.READ).get(query.toString());
      return new Listing(around, output)
          .show(
              answer,
              new Table("WHEN", "ACTION", "OUTCOME", "ACTOR", "CAUSE").endingInProse(),
              "nothing happened to it",
              event ->
                  new String[] {
                    event.when("at"),
                    event.text("action"),
                    event.text("outcome"),
                    event.text("actor"),
                    event.text("cause")
                  });
    }
  }
}
