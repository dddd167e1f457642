package dev.mayfly.cli;

import dev.mayfly.cli.broker.Certificates;
import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mayfly certificate ssh}: a certificate for a key that there is, beside its file. */
@Command(
    name = "ssh",
    description = {
      "Get an SSH certificate for a public key; it is written where ssh and sshd look for it.",
      "To log in somewhere, 'mayfly ssh' needs no file.",
      "",
      "Where no workload's proof is named whoever is logged in asks."
    },
    footer = {
      "",
      "Examples:",
      "  mayfly certificate ssh -r shop-hosts --public-key ~/.ssh/id_ed25519.pub",
      "  mayfly certificate ssh -k orders.jwk -r orders-server --host \\",
      "    --public-key /etc/ssh/ssh_host_ed25519_key.pub",
    })
final class SshCertificateCommand implements Callable<Integer> {

  private static final String PUBLIC = ".pub";

  private final Surroundings around;

  @Mixin private final CertificateOptions wanted = new CertificateOptions();
  @Mixin private final CertificateCommand.Telling telling = new CertificateCommand.Telling();

  @Option(
      names = "--public-key",
      required = true,
      paramLabel = "FILE",
      description = "The public key, as ssh-keygen writes it.")
  private Path publicKey = Path.of("");

  @Option(
      names = "--host",
      description = "It is to be a host's; without this, a user's. The role has the last word.")
  private boolean host;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where it goes. Default: beside the key, KEY-cert.pub.")
  private Optional<Path> out = Optional.empty();

  SshCertificateCommand(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    String line = CertificateFiles.read(publicKey).strip();
    Json answer = wanted.ask(around, Certificates.Kind.SSH, "public_key", line);
    String certificate =
        answer
            .text("certificate")
            .orElseThrow(
                () ->
                    Stop.refused(
                        "no-certificate", "the answer held no certificate", "is that a broker?"));
    checkType(answer.show("profile"));
    Path file = out.orElseGet(this::besideTheKey);
    CertificateFiles.write(file, certificate.strip() + "\n");
    CertificateCommand.show(around, telling, answer, Map.of("certificate", file));
    return Exit.OK;
  }

  /** A user's certificate where sshd looks for the host's keeps it from starting. */
  private void checkType(String type) throws Stop {
    if (!type.equals(host ? "host" : "user")) {
      throw Stop.refused(
          "ssh-certificate-of-other-type",
          "the role certifies " + (host ? "users, not hosts" : "hosts, not users"),
          host ? "leave out --host, or name another role" : "add --host, or name another role");
    }
  }

  /** As ssh-keygen(1) names it. */
  private Path besideTheKey() {
    String name = publicKey.toString();
    String stem = name.endsWith(PUBLIC) ? name.substring(0, name.length() - 4) : name;
    return Path.of(stem + "-cert" + PUBLIC);
  }
}
