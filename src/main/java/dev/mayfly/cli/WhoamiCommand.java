package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Stop;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code mayfly whoami}: who is logged in, and until when. */
@Command(name = "whoami", description = "Who is logged in here, with which groups, until when.")
final class WhoamiCommand implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final BrokerOptions broker = new BrokerOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  WhoamiCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    Broker at = broker.open(around);
    return Whoami.show(at.person(around.stateFolder()), around, output);
  }
}
