package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Screen;
import dev.mayfly.cli.screen.Table;
import dev.mayfly.cli.screen.Times;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mayfly roles}: what the person who is logged in may request, and who decides. */
@Command(name = "roles", description = "See the roles you may request, and who decides.")
final class RolesCommand implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final PersonOptions person = new PersonOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(
      arity = "0..1",
      paramLabel = "ROLE",
      description = "One role with all it has, and what it wants to know.")
  private Optional<String> role = Optional.empty();

  RolesCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    Catalog catalog = Catalog.of(person.open(around));
    if (role.isPresent()) {
      return show(catalog, role.get());
    }
    return new Listing(around, output)
        .show(
            catalog.answer(),
            new Table("ROLE", "RISK", "USUALLY", "AT MOST", "APPROVED BY", "WHAT").endingInProse(),
            "there is no role that you may request",
            one ->
                new String[] {
                  one.text("role"),
                  one.text("risk"),
                  GrantView.span(one.json(), "usual"),
                  GrantView.span(one.json(), "longest"),
                  one.text("approval"),
                  one.text("description")
                });
  }

  private int show(Catalog catalog, String id) throws Stop {
    Json offered =
        catalog
            .role(id)
            .orElseThrow(
                () ->
                    Stop.refused(
                        "not-found",
                        "there is no role " + id + " that you may request",
                        "see which there are: mayfly roles"));
    Screen screen = around.screen();
    if (output.json()) {
      screen.json(offered.members());
      return Exit.OK;
    }
    screen.print(screen.bold(Screen.plain(id)) + "  " + Screen.plain(offered.show("description")));
    line("owner", offered.show("owner"));
    line("risk", offered.show("risk"));
    line(
        "duration",
        "%s to %s, usually %s"
            .formatted(
                GrantView.span(offered, "shortest"),
                GrantView.span(offered, "longest"),
                GrantView.span(offered, "usual")));
    line("approved by", offered.show("approval"));
    line(
        "break-glass",
        offered.isTrue("break_glass") ? "can be taken at once, and is reviewed" : "");
    line("extendable", offered.isTrue("extendable") ? "yes" : "no");
    line("audiences", offered.show("audiences"));
    line("scopes", offered.show("scopes"));
    line(
        "until",
        offered
            .instant("until")
            .map(end -> Times.relative(end, around.clock().instant()))
            .orElse(""));
    inputs(offered);
    return Exit.OK;
  }

  private void inputs(Json offered) {
    for (Json input : offered.objects("inputs")) {
      String may = input.isTrue("optional") ? ", may be left out" : "";
      line(
          "input",
          "%s  %s: %s%s"
              .formatted(input.show("name"), input.show("description"), input.show("should"), may));
    }
  }

  private void line(String name, String value) {
    Screen screen = around.screen();
    if (!value.isEmpty()) {
      screen.print(screen.dim(String.format("%-13s", name)) + Screen.plain(value));
    }
  }
}
