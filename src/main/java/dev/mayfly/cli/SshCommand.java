package dev.mayfly.cli;

import com.nimbusds.jose.util.JSONObjectUtils;
import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Certificates;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.ssh.CertifiedKey;
import dev.mayfly.cli.ssh.SshAgent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mayfly ssh}: logs in with a certificate of a role that one holds. */
@Command(
    name = "ssh",
    description = {
      "Log in by SSH with a certificate of a role that you hold; it ends with ssh's exit code.",
      "",
      "The certificate is for a key made for it, which goes to your ssh-agent for as long as the",
      "certificate lives, and into no file. ssh offers this key and no other of the agent's."
    },
    footer = {
      "",
      "Examples:",
      "  mayfly ssh deploy@web-1.shop.example",
      "  mayfly ssh --role shop-hosts deploy@web-1.shop.example uptime",
      "  mayfly ssh --role shop-hosts -- -p 2222 -J bastion deploy@web-1.shop.example",
    })
final class SshCommand implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final BrokerOptions broker = new BrokerOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = {"-r", "--role"},
      paramLabel = "ROLE",
      description = "The role. May be left out while you hold only one.")
  private Optional<String> role = Optional.empty();

  @Mixin private final CertificateWish wish = new CertificateWish();

  @Parameters(
      arity = "1..*",
      paramLabel = "SSH-ARGUMENT",
      description = "As ssh takes them; -- before the first where that is an option.")
  private List<String> arguments = new ArrayList<>();

  SshCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    wish.check();
    SshAgent agent = agent();
    Broker at = broker.open(around);
    Broker.Api person = at.person(around.stateFolder());
    String under = role.isPresent() ? role.get() : onlyRole(person);
    CertifiedKey key = CertifiedKey.fresh();
    Json answer = certificate(at, person, under, key);
    CertifiedKey certified = key.with(answer.text("certificate").orElse(""));
    agent.add(
        certified, "mayfly " + under, Duration.ofSeconds(answer.number("expires_in").orElse(0L)));
    say(answer);
    return new SshProcess(around, arguments).run(certified);
  }

  /** Asked first: a certificate that no agent takes would be minted in vain. */
  private SshAgent agent() throws Stop {
    return SshAgent.at(
        Path.of(
            around
                .variable("SSH_AUTH_SOCK")
                .orElseThrow(
                    () ->
                        Stop.usage(
                            "no ssh-agent runs for this shell: SSH_AUTH_SOCK is not set",
                            "start one: eval \"$(ssh-agent)\""))));
  }

  private String onlyRole(Broker.Api person) throws Stop {
    String me = person.get("/v1/me").show("name");
    Query query =
        new Query("/v1/grants")
            .with("identity", Optional.of(me))
            .with("state", Optional.of("ACTIVE"));
    TreeSet<String> held = new TreeSet<>();
    for (Json one : person.get(query.toString()).objects("items")) {
      if (!one.show("kind").equals("SESSION")) {
        held.add(one.show("role"));
      }
    }
    if (held.isEmpty()) {
      throw Stop.refused(
          "no-live-grant",
          "you hold no role now",
          "mayfly roles lists those there are; then: mayfly request ROLE");
    }
    if (held.size() > 1) {
      throw Stop.usage("you hold several roles", "say --role: " + String.join(", ", held));
    }
    return held.getFirst();
  }

  private Json certificate(Broker at, Broker.Api person, String under, CertifiedKey key)
      throws Stop {
    Map<String, String> members = wish.members(under, "public_key", key.publicKey().line());
    try {
      return new Certificates.Person(person)
          .ask(at, new Certificates.Order(Certificates.Kind.SSH, members));
    } catch (Stop stop) {
      throw Held.orHowToGetIt(stop, under);
    }
  }

  /** Standard output is ssh's. */
  private void say(Json answer) {
    if (output.json()) {
      around
          .screen()
          .note(
              JSONObjectUtils.toJSONString(
                  Map.of(
                      "id", answer.show("id"),
                      "role", answer.show("role"),
                      "grant", answer.show("grant"),
                      "names", answer.texts("names"),
                      "expires_in", answer.number("expires_in").orElse(0L))));
    }
  }
}
