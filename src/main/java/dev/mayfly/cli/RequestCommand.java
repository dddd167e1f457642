package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly request}: asks for roles, and waits at a terminal until somebody has decided. */
@Command(
    name = "request",
    description = "Request roles for a stated time and reason.",
    footer = {
      "",
      "At a terminal it asks for what is missing and waits until it is decided. Ctrl-C leaves the",
      "request standing.",
      "",
      "Examples:",
      "  mayfly request orders-admin --for 30m --reason \"order 4711 hangs\" -i order=4711",
      "  mayfly request orders-admin --dry-run --reason test -i order=4711",
    })
final class RequestCommand implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final PersonOptions person = new PersonOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Parameters(
      arity = "1..*",
      paramLabel = "ROLE",
      description = "One or several; all are requested, or none.")
  private List<String> roles = new ArrayList<>();

  @Mixin private final RequestOptions request = new RequestOptions();

  @Option(
      names = "--start",
      paramLabel = "TIME",
      description = "Not before: 2h from now, or 2026-11-21T08:00:00Z.")
  private Optional<String> start = Optional.empty();

  @Option(
      names = "--on-behalf",
      paramLabel = "SPIFFE-ID",
      description = "Somebody else is to hold them, where the policy lets you ask for them.")
  private Optional<String> holder = Optional.empty();

  @Option(
      names = {"-n", "--dry-run"},
      description = "Only say what would come of it, and who would be asked.")
  private boolean dryRun;

  @Option(
      names = "--break-glass",
      description = "Take it at once: everybody who is skipped is told, and it is reviewed.")
  private boolean breakGlass;

  @Option(names = "--yes", description = "The second word that a break-glass wants.")
  private boolean yes;

  @Option(names = "--no-wait", description = "Do not wait for the decision at a terminal.")
  private boolean noWait;

  RequestCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    boolean ask = around.asking() && !output.json();
    Broker.Api api = person.open(around);
    Map<String, Object> body = body(api, ask);
    if (breakGlass) {
      body.put("break_glass", true);
    }
    if (dryRun) {
      return new DryRun(around, output).show(api.post("/v1/grants?dry_run=true", body));
    }
    if (breakGlass) {
      body.put("confirm", confirmed(ask));
    }
    Json answer = api.post("/v1/grants", body);
    if (output.json()) {
      around.screen().json(answer.members());
      return Exit.OK;
    }
    List<Json> filed = answer.objects("items");
    return shown(ask && !noWait ? new Following(around, api).untilDecided(filed) : filed);
  }

  private Map<String, Object> body(Broker.Api api, boolean ask) throws Stop {
    Map<String, Object> body = request.body(roles, api, around, ask);
    if (start.isPresent()) {
      Instant at = Moment.future("--start", start.get(), around.clock().instant());
      body.put("start", at.toString());
    }
    holder.ifPresent(name -> body.put("for", name));
    return body;
  }

  private boolean confirmed(boolean ask) throws Stop {
    if (yes
        || (ask
            && new Prompts(around)
                .confirmed(
                    "Everybody who would have been asked is told at once, and it is reviewed."
                        + " Take it?"))) {
      return true;
    }
    throw Stop.usage("a break-glass is meant twice", "repeat it with --yes if you mean it");
  }

  private int shown(List<Json> grants) {
    Instant now = around.clock().instant();
    grants.forEach(grant -> GrantView.print(around.screen(), grant, now));
    return grants.stream().anyMatch(GrantView::isOver) ? Exit.REFUSED : Exit.OK;
  }
}
