package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Session;
import dev.mayfly.cli.broker.Stop;
import picocli.CommandLine.Mixin;

/** The person who is logged in, at the broker's own API; see {@code mayfly login}. */
final class PersonOptions {

  @Mixin private final BrokerOptions broker = new BrokerOptions();

  Broker.Api open(Surroundings around) throws Stop {
    return at(around).person(around.stateFolder());
  }

  Session session(Surroundings around) throws Stop {
    return at(around).session(around.stateFolder());
  }

  private Broker at(Surroundings around) throws Stop {
    return broker.open(around);
  }
}
