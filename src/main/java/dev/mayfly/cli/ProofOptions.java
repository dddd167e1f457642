package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Proof;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.x509.HeldCertificate;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;

/** The ways in which a workload says who it is, one at a time, and how it reaches the broker. */
final class ProofOptions {

  @Mixin private final ClientOptions client = new ClientOptions();
  @Mixin private final AssertionOptions assertion = new AssertionOptions();
  @Mixin private final JoinTokenOptions join = new JoinTokenOptions();
  @Mixin private final ShownOptions shown = new ShownOptions();

  /**
   * Who asks, and the broker that is asked.
   *
   * @param proof empty where nothing was named, by option or by environment
   */
  record Asking(Broker broker, Optional<Proof> proof) {}

  /** All that lies on this machine is read before the broker is asked for anything. */
  Asking open(BrokerOptions broker, Surroundings around) throws Stop {
    Optional<HeldCertificate> held = shown.read();
    Optional<Proof> proof = proof(held, around);
    Broker at = broker.open(around, held);
    return new Asking(held.isPresent() ? at.whereCertificatesAreShown() : at, proof);
  }

  /** The file of the certificate that the connection shows. */
  Optional<Path> certificate() {
    return shown.certificate();
  }

  private Optional<Proof> proof(Optional<HeldCertificate> held, Surroundings around) throws Stop {
    List<String> given = given();
    if (given.size() > 1) {
      throw twoWays(given);
    }
    if (assertion.given()) {
      return Optional.of(new Proof.Assertion(assertion.read(around)));
    }
    if (join.given()) {
      return Optional.of(new Proof.JoinToken(join.read(around)));
    }
    if (held.isPresent() && !client.given()) {
      return Optional.of(new Proof.Certificate(nameOf(held.get(), around)));
    }
    return client.given() ? Optional.of(key(around)) : fromEnvironment(around);
  }

  private Optional<Proof> fromEnvironment(Surroundings around) throws Stop {
    if (client.isNamed(around) && join.isAround(around)) {
      throw twoWays(List.of("MAYFLY_KEY_FILE", "MAYFLY_JOIN_TOKEN"));
    }
    if (join.isAround(around)) {
      return Optional.of(new Proof.JoinToken(join.read(around)));
    }
    return client.isNamed(around) ? Optional.of(key(around)) : Optional.empty();
  }

  private Proof key(Surroundings around) throws Stop {
    return new Proof.Key(client.key(around, ""));
  }

  private String nameOf(HeldCertificate held, Surroundings around) throws Stop {
    return client
        .named()
        .or(held::spiffeId)
        .or(() -> client.id(around))
        .orElseThrow(
            () ->
                Stop.usage(
                    "whose certificate is that? it names no SPIFFE ID",
                    "say it with --client: the name that the policy gives its holder"));
  }

  private List<String> given() {
    List<String> given = new ArrayList<>();
    if (client.given()) {
      given.add("--key-file");
    }
    if (assertion.given()) {
      given.add("--assertion-file");
    }
    if (join.given()) {
      given.add("--join-token");
    }
    return given;
  }

  private static Stop twoWays(List<String> given) {
    return Stop.usage(String.join(" and ", given) + " are two ways to say who asks", "use one");
  }
}
