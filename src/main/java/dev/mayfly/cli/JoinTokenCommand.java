package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Http;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Table;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly join-token}: lets an instance in that has nothing to show. */
@Command(name = "join-token", description = "Let instances of workloads in, by tokens good once.")
final class JoinTokenCommand {

  private static final String JOIN = "mayfly:join";

  private JoinTokenCommand() {}

  /** {@code mayfly join-token create}. */
  @Command(
      name = "create",
      description = {
        "Make a join token; it is printed alone, once. Whoever shows it first is the identity."
      })
  static final class Create implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final OperatorOptions operator = new OperatorOptions();
    @Mixin private final OutputOptions output = new OutputOptions();

    @Option(
        names = "--identity",
        required = true,
        paramLabel = "SPIFFE-ID",
        description = "Whom it proves; the policy's entry says join.")
    private String identity = "";

    @Option(
        names = "--ttl",
        paramLabel = "TIME",
        description = "How long it may wait, at most 1h; 10m if not said.")
    private Optional<String> ttl = Optional.empty();

    @Option(
        names = "--attribute",
        paramLabel = "NAME=VALUE",
        description = "What it says of the instance; may be repeated.")
    private Map<String, String> attributes = new LinkedHashMap<>();

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why.")
    private Optional<String> reason = Optional.empty();

    Create(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      Map<String, Object> wanted = new LinkedHashMap<>();
      wanted.put("identity", identity);
      if (!attributes.isEmpty()) {
        wanted.put("attributes", attributes);
      }
      ttl.ifPresent(time -> wanted.put("ttl", time));
      reason.ifPresent(why -> wanted.put("reason", why));
      Json made = operator.open(around, JOIN).post("/v1/join-tokens", wanted);
      if (output.json()) {
        around.screen().json(made.members());
      } else {
        around.screen().print(made.show("join_token"));
        around.screen().note("good once, until " + made.show("expires_at"));
      }
      return Exit.OK;
    }
  }

  /** {@code mayfly join-token list}. */
  @Command(name = "list", description = "List join tokens: who made them, and which were used.")
  static final class ListTokens implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final OperatorOptions operator = new OperatorOptions();
    @Mixin private final OutputOptions output = new OutputOptions();

    @Option(names = "--identity", paramLabel = "SPIFFE-ID", description = "For one identity.")
    private Optional<String> identity = Optional.empty();

    @Option(names = "--state", paramLabel = "STATE", description = "In one state, e.g. LIVE.")
    private Optional<String> state = Optional.empty();

    @Mixin private final PageOptions page = new PageOptions();

    ListTokens(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      Query query =
          page.on(new Query("/v1/join-tokens").with("identity", identity).with("state", state));
      Json answer = operator.open(around, OperatorOptions.READ).get(query.toString());
      return new Listing(around, output)
          .show(
              answer,
              new Table("STATE", "IDENTITY", "UNTIL", "MADE BY", "ID"),
              "no join tokens",
              token ->
                  new String[] {
                    token.text("state"),
                    token.text("identity"),
                    token.when("expires_at"),
                    token.text("made_by"),
                    token.text("id")
                  });
    }
  }

  /** {@code mayfly join-token withdraw}. */
  @Command(name = "withdraw", description = "Withdraw a join token that nobody has used yet.")
  static final class Withdraw implements Callable<Integer> {

    private final Surroundings around;

    @Mixin private final OperatorOptions operator = new OperatorOptions();
    @Mixin private final OutputOptions output = new OutputOptions();

    @Parameters(paramLabel = "ID", description = "As 'mayfly join-token list' has it.")
    private String token = "";

    @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why.")
    private String reason = "";

    Withdraw(Surroundings around) {
      this.around = around;
    }

    @Override
    public Integer call() throws Stop {
      Broker.Api api = operator.open(around, OperatorOptions.REVOKE);
      Json answer =
          api.post(
              "/v1/join-tokens/%s/withdraw".formatted(Http.encode(token)),
              Map.of("reason", reason));
      if (output.json()) {
        around.screen().json(answer.members());
      } else {
        around.screen().print(around.screen().good("withdrawn") + "  join token " + token);
      }
      return Exit.OK;
    }
  }
}
