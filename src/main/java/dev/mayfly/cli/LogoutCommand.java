package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Stop;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mayfly logout}: ends this machine's session, and everything minted under it. */
@Command(
    name = "logout",
    description = "End this machine's session; everything that was given out under it dies.")
final class LogoutCommand implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final BrokerOptions broker = new BrokerOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  LogoutCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    boolean was = broker.open(around).session(around.stateFolder()).end();
    if (output.json()) {
      around.screen().json(Map.of("logged_out", was));
    } else {
      around.screen().note(was ? "logged out" : "nobody was logged in");
    }
    return Exit.OK;
  }
}
