package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly ensure}: holds a role afterwards, or has asked for it; as often as one likes. */
@Command(
    name = "ensure",
    description = {
      "Make sure to hold a role: the live grant, the approved one begun, or a new request.",
      "Ends with 0 when the role is held, and with 5 while somebody has to decide."
    })
final class EnsureCommand implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final PersonOptions person = new PersonOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(paramLabel = "ROLE", description = "The role to hold.")
  private String role = "";

  @Mixin private final RequestOptions request = new RequestOptions();

  @Option(names = "--no-wait", description = "Do not wait for the decision at a terminal.")
  private boolean noWait;

  EnsureCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    boolean ask = around.asking() && !output.json();
    Broker.Api api = person.open(around);
    Map<String, Object> body = request.body(List.of(role), api, around, ask);
    Json grant = api.post("/v1/grants/ensure", body);
    if (GrantView.isUndecided(grant) && ask && !noWait) {
      grant = new Following(around, api).untilDecided(List.of(grant)).getFirst();
      if (GrantView.is(grant, "APPROVED")) {
        grant = api.post("/v1/grants/ensure", body);
      }
    }
    if (output.json()) {
      around.screen().json(grant.members());
    } else {
      GrantView.print(around.screen(), grant, around.clock().instant());
    }
    if (GrantView.is(grant, "ACTIVE")) {
      return Exit.OK;
    }
    return GrantView.isOver(grant) ? Exit.REFUSED : Exit.UNREACHABLE;
  }
}
