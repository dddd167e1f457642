package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.cli.broker.Json;
import dev.mayfly.credential.ssh.SshPrograms;
import dev.mayfly.http.BrokerDatabase;
import dev.mayfly.http.StaffDesk;
import dev.mayfly.http.StaffProvider;
import dev.mayfly.revocation.krl.Sshd;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A person elevates and logs in at a host that believes the broker: real sshd, ssh and ssh-agent,
 * the host's files kept fresh by the script that hosts have.
 */
@QuarkusTest
@TestProfile(StaffDesk.OwnPort.class)
@QuarkusTestResource(BrokerDatabase.class)
@WithTestResource(StaffProvider.class)
class SshCommandTest {

  private static final String HOST = "orders.shop.test";

  @ConfigProperty(name = "mayfly.issuer")
  String issuer;

  @TempDir Path folder;
  private Path fleet;
  private Path agentSocket;
  private Process agent;
  private Sshd sshd;
  private CommandRun ada;

  @BeforeEach
  void hostAndPerson() throws Exception {
    agentSocket = folder.resolve("agent");
    agent =
        new ProcessBuilder("ssh-agent", "-D", "-a", agentSocket.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("agent.log").toFile())
            .start();
    await(() -> Files.exists(agentSocket));
    ada = Terminal.of("ada", "engineering").loggedIn(folder, issuer);
    ada.environment.put("SSH_AUTH_SOCK", agentSocket.toString());
    fleet = Files.createDirectory(folder.resolve("fleet"));
    host();
  }

  /** All that stands on a machine, by the words of docs/ssh.md. */
  private void host() throws Exception {
    refresh();
    Path key = SshPrograms.keygen(fleet, "host", "-t", "ed25519");
    CommandRun orders = CommandRun.at(issuer, folder);
    String[] ask = {
      "certificate",
      "ssh",
      "-k",
      "keys-dev/orders.jwk.json",
      "-r",
      "orders-server",
      "--public-key",
      key + ".pub"
    };
    assertThat(orders.run(ask)).as("not without --host").isEqualTo(3);
    assertThat(orders.err()).contains("certifies hosts", "--host");
    assertThat(orders.run(words(ask, "--host"))).as(orders.err()).isZero();
    assertThat(orders.out()).contains(HOST, "host-cert.pub");
    Files.writeString(fleet.resolve("principals"), "shop-readers\n");
    assertThat(orders.run("ssh-config", "--known-hosts", "--host", "*.shop.test")).isZero();
    Files.writeString(fleet.resolve("known_hosts"), orders.out());
    sshd =
        Sshd.with(
            fleet,
            "HostKey " + key,
            "HostCertificate " + key + "-cert.pub",
            "TrustedUserCAKeys " + fleet.resolve("user-ca.pub"),
            "RevokedKeys " + fleet.resolve("revoked.krl"),
            "AuthorizedPrincipalsFile " + fleet.resolve("principals"));
  }

  @AfterEach
  void end() {
    sshd.close();
    agent.destroy();
  }

  @Test
  void personLogsInWhileTheGrantLives_andNoMoreOnceItHasEnded() throws Exception {
    assertThat(login("--role", "shop-hosts")).as("without a grant").isEqualTo(3);
    assertThat(ada.err()).contains("mayfly request shop-hosts");
    assertThat(ada.run("ensure", "shop-hosts", "--for", "30m", "--reason", "a look", "--json"))
        .as(ada.err())
        .isZero();
    String grant = Json.parse(ada.out()).orElseThrow().show("id");

    Path there = folder.resolve("there");
    assertThat(login("--role", "shop-hosts", "--", "echo in > " + there + "; exit 7"))
        .as(ada.err() + sshd.log())
        .isEqualTo(7);
    assertThat(there).hasContent("in");
    assertThat(sshd.log()).contains(grant);
    assertThat(login("--", "exit 6")).as("the only role that is held").isEqualTo(6);
    try (var left = Files.list(folder.resolve("ada/mayfly"))) {
      assertThat(left.filter(Files::isDirectory)).as("nothing is left behind").isEmpty();
    }

    // What the agent still holds is what somebody would go on with.
    Path certificate = Files.writeString(folder.resolve("held.pub"), agentHolds());
    assertThat(plain(certificate).exit()).isZero();
    assertThat(ada.run("end", grant, "--reason", "done")).as(ada.err()).isZero();
    await(() -> isRevoked(certificate));
    assertThat(plain(certificate).exit()).isEqualTo(255);
    assertThat(sshd.log()).contains("revoked by file " + fleet.resolve("revoked.krl"));
    assertThat(login("--role", "shop-hosts")).isEqualTo(3);
    assertThat(login()).isEqualTo(3);
    assertThat(ada.err()).contains("you hold no role now");
  }

  @Test
  void certificateIsNotAskedFor_whenNoAgentRuns() {
    ada.environment.remove("SSH_AUTH_SOCK");
    assertThat(login("--role", "shop-hosts")).isEqualTo(2);
    assertThat(ada.err()).contains("no ssh-agent runs", "eval");
  }

  @Test
  void certificateForAKeyOfOnesOwn_standsBesideIt() throws Exception {
    assertThat(ada.run("ensure", "shop-hosts", "--for", "30m", "--reason", "a look")).isZero();
    Path key = SshPrograms.keygen(folder, "mine", "-t", "ecdsa");
    String[] ask = {"certificate", "ssh", "-r", "shop-hosts", "--public-key", key + ".pub"};
    assertThat(ada.run(words(ask, "--host"))).isEqualTo(3);
    assertThat(Path.of(key + "-cert.pub")).doesNotExist();
    assertThat(ada.run(ask)).as(ada.err()).isZero();
    assertThat(SshPrograms.run("ssh-keygen", "-L", "-f", key + "-cert.pub").well())
        .contains("user certificate", "shop-readers", "permit-pty");
  }

  /** Quiet, and away from the input of whoever runs the tests. */
  private String[] toTheHost() {
    return new String[] {
      "-n",
      "-F",
      "none",
      "-p",
      String.valueOf(sshd.port()),
      "-o",
      "BatchMode=yes",
      "-o",
      "LogLevel=QUIET",
      "-o",
      "StrictHostKeyChecking=yes",
      "-o",
      "UserKnownHostsFile=" + fleet.resolve("known_hosts"),
      "-o",
      "GlobalKnownHostsFile=/dev/null",
      "-o",
      "HostKeyAlias=" + HOST,
      Sshd.user() + "@127.0.0.1"
    };
  }

  /** {@code mayfly ssh}; what stands behind {@code --} is the command. */
  private int login(String... words) {
    List<String> all = new ArrayList<>(List.of("ssh"));
    List<String> given = List.of(words);
    int split = given.contains("--") ? given.indexOf("--") : given.size();
    all.addAll(given.subList(0, split));
    all.add("--");
    all.addAll(Arrays.asList(toTheHost()));
    all.addAll(split == given.size() ? List.of("true") : given.subList(split + 1, given.size()));
    return ada.run(all.toArray(String[]::new));
  }

  private SshPrograms.Said plain(Path certificate) {
    List<String> all = new ArrayList<>(List.of("ssh", "-o", "IdentitiesOnly=yes", "-i"));
    all.add(certificate.toString());
    all.addAll(Arrays.asList(toTheHost()));
    all.add("true");
    return SshPrograms.run(agentEnvironment(), all.toArray(String[]::new));
  }

  /** The first that it holds. */
  private String agentHolds() {
    String lines = SshPrograms.run(agentEnvironment(), "ssh-add", "-L").well();
    assertThat(lines).contains("ssh-ed25519-cert-v01@openssh.com ").contains("mayfly shop-hosts");
    return lines.substring(0, lines.indexOf('\n') + 1);
  }

  private Map<String, String> agentEnvironment() {
    return Map.of("SSH_AUTH_SOCK", agentSocket.toString());
  }

  /** By the list that the host has, once it has looked. */
  private boolean isRevoked(Path certificate) {
    refresh();
    String list = fleet.resolve("revoked.krl").toString();
    return SshPrograms.run("ssh-keygen", "-Q", "-f", list, certificate.toString())
        .text()
        .contains("REVOKED");
  }

  private void refresh() {
    SshPrograms.run(
            Map.of(
                "MAYFLY_BROKER",
                issuer,
                "MAYFLY_ALLOW_HTTP",
                "true",
                "MAYFLY_SSH_FOLDER",
                fleet.toString()),
            "deploy/ssh/mayfly-ssh-refresh")
        .well();
  }

  private static String[] words(String[] words, String more) {
    String[] all = Arrays.copyOf(words, words.length + 1);
    all[words.length] = more;
    return all;
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void await(Condition condition) throws IOException {
    for (int tries = 0; tries < 100; tries++) {
      if (condition.holds()) {
        return;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
    }
    throw new AssertionError("it does not come to pass");
  }
}
