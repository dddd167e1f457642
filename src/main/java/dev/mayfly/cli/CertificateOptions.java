package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Certificates;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Who asks for a certificate, and under which role. */
final class CertificateOptions {

  @Mixin private final BrokerOptions broker = new BrokerOptions();
  @Mixin private final ProofOptions proof = new ProofOptions();

  @Option(
      names = {"-r", "--role"},
      required = true,
      paramLabel = "ROLE",
      description = "The role to mint under.")
  private String role = "";

  @Mixin private final CertificateWish wish = new CertificateWish();

  /** Asks, with a workload's proof, or as who is logged in where none is named. */
  Json ask(Surroundings around, Certificates.Kind kind, String member, String value) throws Stop {
    wish.check();
    ProofOptions.Asking asking = proof.open(broker, around);
    Certificates.Asker asker = asker(asking, around);
    try {
      return asker.ask(
          asking.broker(), new Certificates.Order(kind, wish.members(role, member, value)));
    } catch (Stop stop) {
      throw asker instanceof Certificates.Person ? Held.orHowToGetIt(stop, role) : stop;
    }
  }

  /** Which broker is asked. */
  Broker broker(Surroundings around) throws Stop {
    return broker.open(around);
  }

  private static Certificates.Asker asker(ProofOptions.Asking asking, Surroundings around)
      throws Stop {
    return asking.proof().isPresent()
        ? new Certificates.Workload(asking.proof().get())
        : new Certificates.Person(asking.broker().person(around.stateFolder()));
  }
}
