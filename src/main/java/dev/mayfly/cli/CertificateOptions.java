package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Certificates;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import java.util.LinkedHashMap;
import java.util.Map;
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

  @Option(
      names = "--grant",
      paramLabel = "ID",
      description = "Under this grant, where several give the role.")
  private Optional<String> grant = Optional.empty();

  @Option(
      names = "--ttl",
      paramLabel = "DURATION",
      description = "A shorter life than the role allows, e.g. 90s or 5m.")
  private Optional<String> ttl = Optional.empty();

  /** Asks, with a key, an assertion, or as who is logged in where neither is named. */
  Json ask(Surroundings around, Certificates.Kind kind, String member, String value) throws Stop {
    Ttl.check(ttl);
    Map<String, String> members = new LinkedHashMap<>();
    members.put("role", role);
    members.put(member, value);
    grant.ifPresent(id -> members.put("grant", id));
    ttl.ifPresent(time -> members.put("ttl", time));
    Broker at = broker(around);
    Certificates.Asker asker = asker(at, around);
    try {
      return asker.ask(at, new Certificates.Order(kind, members));
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
