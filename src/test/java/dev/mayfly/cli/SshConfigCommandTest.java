package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.credential.ssh.SshPrograms;
import dev.mayfly.credential.ssh.SshPublicKey;
import dev.mayfly.credential.ssh.TestSsh;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What {@code mayfly ssh-config} prints, as ssh reads it. */
class SshConfigCommandTest extends AtAFakeBroker {

  private static final SshPublicKey CA = SshPublicKey.of(TestSsh.ed25519().getPublic());

  @Test
  void sshTakesTheConfiguration() throws Exception {
    assertThat(mayfly.run("ssh-config", "--host", "*.shop.example", "--host", "bastion")).isZero();
    Path config = Files.writeString(folder.resolve("config"), mayfly.out());
    for (String host : new String[] {"web-1.shop.example", "bastion"}) {
      assertThat(SshPrograms.run("ssh", "-G", "-F", config.toString(), host).well())
          .contains("known_hosts.mayfly")
          .contains("stricthostkeychecking true")
          .contains("hostkeyalgorithms ssh-ed25519-cert-v01@openssh.com,");
    }
    assertThat(SshPrograms.run("ssh", "-G", "-F", config.toString(), "shop.example").well())
        .doesNotContain("known_hosts.mayfly");
  }

  @Test
  void knownHostsHoldTheBrokersCas() throws Exception {
    cas(CA.line() + " a comment\n\n");
    assertThat(mayfly.run("ssh-config", "--known-hosts", "--host", "*.shop.example")).isZero();
    assertThat(mayfly.out()).isEqualTo("@cert-authority *.shop.example " + CA.line() + "\n");
    Path file = Files.writeString(folder.resolve("known_hosts"), mayfly.out());
    assertThat(
            SshPrograms.run("ssh-keygen", "-F", "web-1.shop.example", "-f", file.toString()).well())
        .contains("found: line 1 CA");
  }

  @Test
  void answerThatIsNotKeys_isRefusedWhole() throws Exception {
    cas(CA.line() + "\n* ssh-ed25519 AAAA\n");
    assertThat(mayfly.run("ssh-config", "--known-hosts", "--host", "*")).isEqualTo(3);
    assertThat(mayfly.out()).isEmpty();
    assertThat(mayfly.err()).contains("no list of SSH keys");
  }

  @Test
  void brokerWithoutHostCas_isSaidSo() throws Exception {
    broker.page("/ssh/host-ca.pub", asked -> new FakeBroker.Said(404, Map.of(), ""));
    assertThat(mayfly.run("ssh-config", "--known-hosts", "--host", "*")).isEqualTo(3);
    assertThat(mayfly.err()).contains("certifies no hosts");
  }

  @Test
  void patternThatIsMoreThanOne_isWrongUsage() {
    for (String pattern : new String[] {"a b", "!a", "a,b", "", "-x", "a\nProxyCommand x"}) {
      assertThat(mayfly.run("ssh-config", "--host", pattern)).as(pattern).isEqualTo(2);
    }
  }

  private void cas(String body) {
    broker.page("/ssh/host-ca.pub", asked -> new FakeBroker.Said(200, Map.of(), body));
  }
}
