package dev.mayfly.cli;

import com.nimbusds.jose.util.JSONObjectUtils;
import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Http;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Session;
import dev.mayfly.cli.broker.Stop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly run}: a command that holds a token of a role for as long as it runs. */
@Command(
    name = "run",
    description = {
      "Run a command with a token of a role that you hold; it ends with the command's exit code.",
      "",
      "The command finds the token in MAYFLY_TOKEN, as it was at the start, and in the file that",
      "MAYFLY_TOKEN_FILE names, which only you can read and which is renewed while it runs.",
      "The token is bound to your key (DPoP): MAYFLY_TOKEN_TYPE says so, and",
      "MAYFLY_DPOP_KEY_FILE names the key that its proofs are signed with."
    },
    footer = {
      "",
      "Examples:",
      "  mayfly run --role orders-admin -- ./mend-order 4711",
      "  mayfly run --role orders-admin --end --hand file -- ./mend-order 4711",
    })
final class RunCommand implements Callable<Integer> {

  /** How the command gets the token. */
  enum Hand {
    env,
    file,
    both
  }

  private final Surroundings around;

  @Mixin private final PersonOptions person = new PersonOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = {"-r", "--role"},
      required = true,
      paramLabel = "ROLE",
      description = "The role whose token the command gets.")
  private String role = "";

  @Mixin private final GrantOption grant = new GrantOption();

  @Option(
      names = "--resource",
      paramLabel = "URI",
      description = "Only for this service of the role's. Repeat for several.")
  private List<String> resources = new ArrayList<>();

  @Option(
      names = {"-s", "--scope"},
      paramLabel = "SCOPE",
      description = "Only this of what the role gives. Repeat for several.")
  private List<String> scopes = new ArrayList<>();

  @Option(
      names = "--hand",
      paramLabel = "WAY",
      description = "env, file, or both: how the command gets the token. Default: both.")
  private Hand hand = Hand.both;

  @Option(names = "--end", description = "End the grant when the command has ended.")
  private boolean end;

  @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "What to run, after --.")
  private List<String> command = new ArrayList<>();

  RunCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    Broker.Wish wish =
        new Broker.Wish(
            Optional.of(role),
            resources,
            scopes,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    Session session = person.session(around);
    Json first = first(session, wish);
    String under = first.show("grant");
    try (HandedToken token = new HandedToken(around, hand)) {
      token.hand(first);
      say(first);
      return new Child(around, command, token, () -> session.exchange(wish, Optional.of(under)))
          .run(first);
    } finally {
      if (end) {
        endGrant(under);
      }
    }
  }

  private Json first(Session session, Broker.Wish wish) throws Stop {
    try {
      return session.exchange(wish, grant.id());
    } catch (Stop stop) {
      throw stop.exit() == Exit.REFUSED
          ? Stop.refused(
              stop.code(),
              String.valueOf(stop.getMessage()),
              "do you hold it? mayfly ensure " + role + ", or mayfly grants --role " + role)
          : stop;
    }
  }

  /** Standard output is the command's. */
  private void say(Json answer) {
    if (output.json()) {
      around
          .screen()
          .note(
              JSONObjectUtils.toJSONString(
                  Map.of(
                      "role", answer.show("role"),
                      "grant", answer.show("grant"),
                      "token_type", answer.show("token_type"),
                      "expires_in", answer.number("expires_in").orElse(0L))));
    }
  }

  private void endGrant(String id) throws Stop {
    Json over =
        person
            .open(around)
            .post(
                "/v1/grants/" + Http.encode(id) + "/end",
                Map.of("reason", "the command has ended"));
    if (!output.json()) {
      around.screen().note("grant " + id + " is " + over.show("state"));
    }
  }
}
