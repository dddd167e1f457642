package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.ClientKey;
import dev.mayfly.cli.broker.SessionFile;
import dev.mayfly.cli.broker.Stop;
import picocli.CommandLine.Mixin;

/**
 * An operator at the broker's own API. Each command mints a token of its own with the operator's
 * key and forgets it at its end; there is nothing to log out of. Where no key is named it is
 * whoever is logged in.
 */
final class OperatorOptions {

  static final String READ = "mayfly:read";

  /** Revoking goes with reading: how far the news is must be seen too. */
  static final String REVOKE = "mayfly:read mayfly:revoke";

  @Mixin private final BrokerOptions broker = new BrokerOptions();
  @Mixin private final ClientOptions client = new ClientOptions();

  /**
   * Who asks.
   *
   * @param person whether they are logged in, rather than proven by a key
   */
  record Asking(Broker.Api api, boolean person) {}

  Broker.Api open(Surroundings around, String scope) throws Stop {
    return asking(around, scope).api();
  }

  /** With a key where one is named; else in the name of whoever is logged in. */
  Asking asking(Surroundings around, String scope) throws Stop {
    Broker at = broker(around);
    boolean loggedIn = SessionFile.of(around.stateFolder(), at.issuer()).isThere();
    return loggedIn && !client.isNamed(around)
        ? new Asking(at.person(around.stateFolder()), true)
        : new Asking(at.api(client.key(around, "or log in: mayfly login"), scope), false);
  }

  ClientKey key(Surroundings around) throws Stop {
    return client.key(around, "people give back what they hold: mayfly end, mayfly logout");
  }

  Broker broker(Surroundings around) throws Stop {
    return broker.open(around);
  }
}
