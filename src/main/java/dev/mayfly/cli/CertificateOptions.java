package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Certificates;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Who asks for a certificate, and under which role. */
final class CertificateOptions {

  @Mixin private final BrokerOptions broker = new BrokerOptions();
  @Mixin private final ClientOptions client = new ClientOptions();
  @Mixin private final AssertionOptions assertion = new AssertionOptions();

  @Option(
      names = {"-r", "--role"},
      required = true,
      paramLabel = "ROLE",
      description = "The role to mint under.")
  private String role = "";

  @Mixin private final CertificateWish wish = new CertificateWish();

  /** Asks, with a key, an assertion, or as who is logged in where neither is named. */
  Json ask(Surroundings around, Certificates.Kind kind, String member, String value) throws Stop {
    wish.check();
    Broker at = broker(around);
    Certificates.Asker asker = asker(at, around);
    try {
      return asker.ask(at, new Certificates.Order(kind, wish.members(role, member, value)));
    } catch (Stop stop) {
      throw asker instanceof Certificates.Person ? Held.orHowToGetIt(stop, role) : stop;
    }
  }

  /** Which broker is asked. */
  Broker broker(Surroundings around) throws Stop {
    return Broker.at(broker.address(around), around.clock());
  }

  private Certificates.Asker asker(Broker at, Surroundings around) throws Stop {
    Optional<String> shown = assertion.read(client, around);
    if (shown.isPresent()) {
      return new Certificates.Bearer(shown.get());
    }
    return client.isNamed(around)
        ? new Certificates.Client(client.key(around, ""))
        : new Certificates.Person(at.person(around.stateFolder()));
  }
}
