package dev.mayfly.cli;

import dev.mayfly.cli.broker.ClientKey;
import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.screen.Screen;
import dev.mayfly.cli.screen.Times;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mayfly introspect}: asks the broker about a token, as a service it was minted for. */
@Command(
    name = "introspect",
    description = {
      "Ask the broker about a token (RFC 7662).",
      "You see only tokens for the services that your identity answers for."
    },
    footer = {"", "Example:", "  echo \"$TOKEN\" | mayfly introspect -k orders.jwk -"})
final class IntrospectCommand implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final TokenSource source = new TokenSource();
  @Mixin private final BrokerOptions broker = new BrokerOptions();
  @Mixin private final ClientOptions client = new ClientOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  IntrospectCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    String token = source.read(around);
    ClientKey key = client.key(around, "it is the service that has one");
    Json answer = broker.open(around).introspect(key, token);
    boolean active = answer.isTrue("active");
    if (output.json()) {
      around.screen().json(answer.members());
    } else {
      show(answer, active);
    }
    return active ? Exit.OK : Exit.REFUSED;
  }

  private void show(Json answer, boolean active) {
    Screen screen = around.screen();
    if (!active) {
      screen.print(screen.bad("inactive"));
      screen.note(
          "unknown, expired, revoked, or not for a service of yours: the broker does not say");
      return;
    }
    String expiry =
        answer
            .epoch("exp")
            .map(end -> "  expires " + Times.relative(end, around.clock().instant()))
            .orElse("");
    screen.print(screen.good("active") + expiry);
    for (String name : List.of("sub", "client_id", "aud", "scope")) {
      field(screen, name, answer.show(name));
    }
    field(screen, "bound to", Tokens.boundTo(answer));
    field(screen, "jti", answer.show("jti"));
    field(screen, "grant", answer.show("grant"));
  }

  private static void field(Screen screen, String name, String value) {
    if (!value.isEmpty()) {
      screen.print(screen.dim(String.format("%-11s", name)) + Screen.plain(value));
    }
  }
}
