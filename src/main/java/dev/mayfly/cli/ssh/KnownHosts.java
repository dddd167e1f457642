package dev.mayfly.cli.ssh;

import dev.mayfly.Outcome;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.credential.ssh.SshPublicKey;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The lines by which ssh believes a whole fleet (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), and those
 * of ssh_config(5) that make it insist.
 */
public record KnownHosts(List<String> patterns) {

  /** What matches names, but neither what negates nor what begins another word. */
  private static final Pattern PATTERN = Pattern.compile("[A-Za-z0-9*?][A-Za-z0-9*?._-]{0,254}");

  private static final String FILE = "~/.ssh/known_hosts.mayfly";

  private static final String ALGORITHMS =
      "ssh-ed25519-cert-v01@openssh.com,ecdsa-sha2-nistp256-cert-v01@openssh.com,"
          + "ecdsa-sha2-nistp384-cert-v01@openssh.com,ecdsa-sha2-nistp521-cert-v01@openssh.com,"
          + "rsa-sha2-512-cert-v01@openssh.com,rsa-sha2-256-cert-v01@openssh.com";

  public KnownHosts {
    patterns = List.copyOf(patterns);
  }

  /** Of patterns that a person typed. */
  public static KnownHosts of(List<String> patterns) throws Stop {
    for (String pattern : patterns) {
      if (!PATTERN.matcher(pattern).matches()) {
        throw Stop.usage("no pattern of hosts: " + pattern, "write '*.shop.example'");
      }
    }
    return new KnownHosts(patterns);
  }

  /** One line for each key of the broker's answer; anything else in it refuses it all. */
  public List<String> lines(String hostCas) throws Stop {
    List<String> lines = new ArrayList<>();
    for (String line : hostCas.lines().filter(line -> !line.isBlank()).toList()) {
      if (!(SshPublicKey.read(line) instanceof Outcome.Ok<SshPublicKey>(SshPublicKey key))) {
        throw Stop.refused(
            "no-ssh-key", "the answer is no list of SSH keys", "is that a broker with an SSH CA?");
      }
      lines.add("@cert-authority " + String.join(",", patterns) + " " + key.line());
    }
    return lines;
  }

  /** Only certificates are believed of these hosts, and none is asked about. */
  public List<String> config() {
    return List.of(
        "Host " + String.join(" ", patterns),
        "  UserKnownHostsFile " + FILE,
        "  StrictHostKeyChecking yes",
        "  HostKeyAlgorithms " + ALGORITHMS);
  }
}
