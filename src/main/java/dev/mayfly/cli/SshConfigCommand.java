package dev.mayfly.cli;

import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Http;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.ssh.KnownHosts;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mayfly ssh-config}: what makes ssh believe the fleet's certificates, and them alone. */
@Command(
    name = "ssh-config",
    description = {
      "Print what ssh needs to believe the hosts that the broker certifies.",
      "",
      "Without --known-hosts: lines for ~/.ssh/config. Those never change; the keys of",
      "--known-hosts do, so let a timer fetch them."
    },
    footer = {
      "",
      "Examples:",
      "  mayfly ssh-config --host '*.shop.example' >> ~/.ssh/config",
      "  mayfly ssh-config --host '*.shop.example' --known-hosts > ~/.ssh/known_hosts.mayfly",
    })
final class SshConfigCommand implements Callable<Integer> {

  private static final int NOT_FOUND = 404;

  private final Surroundings around;

  @Mixin private final BrokerOptions broker = new BrokerOptions();

  @Option(
      names = "--host",
      required = true,
      paramLabel = "PATTERN",
      description = "Which hosts, as in ssh_config. Repeat for several.")
  private List<String> hosts = new ArrayList<>();

  @Option(
      names = "--known-hosts",
      description = "Print the @cert-authority lines of the broker's host CAs instead.")
  private boolean knownHosts;

  SshConfigCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    KnownHosts known = KnownHosts.of(hosts);
    List<String> lines = knownHosts ? known.lines(hostCas()) : known.config();
    lines.forEach(around.screen()::print);
    return Exit.OK;
  }

  private String hostCas() throws Stop {
    URI at = broker.address(around);
    String path = at.getPath().endsWith("/") ? "ssh/host-ca.pub" : "/ssh/host-ca.pub";
    Http.Answer answer = broker.http(around).get(URI.create(at + path), Map.of());
    if (answer.status() == NOT_FOUND) {
      throw Stop.refused("no-ssh-ca", "that broker certifies no hosts", "its policy says who is");
    }
    if (!answer.isOk()) {
      throw Stop.unreachable(
          "unexpected-answer", "the broker answered " + answer.status(), "try again");
    }
    return answer.body();
  }
}
