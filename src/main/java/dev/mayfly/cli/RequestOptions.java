package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Stop;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a request says besides the roles; a person at the terminal is asked for what is missing. */
final class RequestOptions {

  @Option(
      names = "--for",
      paramLabel = "DURATION",
      description = "How long, e.g. 30m. Default: what is usual for the role.")
  private Optional<String> duration = Optional.empty();

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why; whoever decides reads it. Asked for at a terminal.")
  private Optional<String> reason = Optional.empty();

  @Option(names = "--ticket", paramLabel = "ID", description = "The ticket it is about.")
  private Optional<String> ticket = Optional.empty();

  @Option(
      names = {"-i", "--input"},
      paramLabel = "NAME=VALUE",
      description = "What the role wants to know. Repeat for several. Asked for at a terminal.")
  private List<String> inputs = new ArrayList<>();

  @Option(
      names = {"-s", "--scope"},
      paramLabel = "SCOPE",
      description = "Only this of what the role gives. Repeat for several.")
  private List<String> scopes = new ArrayList<>();

  @Option(
      names = "--resource",
      paramLabel = "URI",
      description = "Only for this service of the role's. Repeat for several.")
  private List<String> resources = new ArrayList<>();

  @Option(
      names = "--agent",
      paramLabel = "AGENT",
      description = {
        "An agent is to act for you: its SPIFFE ID, or its entry in the policy.",
        "It ends when you log out."
      })
  private Optional<String> agent = Optional.empty();

  @Option(
      names = "--task",
      paramLabel = "ID",
      description = "What the agent does; it stands in each of its tokens.")
  private Optional<String> task = Optional.empty();

  /** The members that every request has; asks where somebody can be asked. */
  Map<String, Object> body(List<String> roles, Broker.Api person, Surroundings around, boolean ask)
      throws Stop {
    if (agent.isPresent() != task.isPresent()) {
      throw Stop.usage("--agent and --task belong together", "say who is to do what for you");
    }
    Inputs values = Inputs.of(Catalog.of(person).inputs(roles), inputs);
    if (ask) {
      values.complete(new Prompts(around));
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("roles", roles);
    body.put("reason", reason(around, ask));
    values.mustBeComplete();
    duration.ifPresent(value -> body.put("duration", value));
    ticket.ifPresent(value -> body.put("ticket", value));
    agent.ifPresent(value -> body.put("agent", value));
    task.ifPresent(value -> body.put("task", value));
    if (!values.values().isEmpty()) {
      body.put("inputs", values.values());
    }
    if (!scopes.isEmpty()) {
      body.put("scopes", scopes);
    }
    if (!resources.isEmpty()) {
      body.put("audiences", resources);
    }
    return body;
  }

  private String reason(Surroundings around, boolean ask) throws Stop {
    if (reason.isPresent()) {
      return reason.get();
    }
    if (ask) {
      return new Prompts(around).text("reason", "Why; whoever decides reads it");
    }
    throw Stop.usage("--reason is missing", "say why; whoever decides reads it");
  }
}
