package dev.mayfly.revocation.krl;

import dev.mayfly.credential.ssh.SshPrograms;
import dev.mayfly.story.ForeignServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A real sshd of this user on a free loopback port, and ssh as its client. */
public final class Sshd implements AutoCloseable {

  private static final String LOOPBACK = "127.0.0.1";

  private final ForeignServer server;

  private Sshd(ForeignServer server) {
    this.server = server;
  }

  /** With these lines in its configuration, besides those that keep it in its folder. */
  public static Sshd with(Path folder, String... lines) throws IOException {
    if (user().equals("root")) {
      // Debian's service makes it at its start, and sshd as root does without it nothing.
      Files.createDirectories(Path.of("/run/sshd"));
    }
    int port = ForeignServer.freePort();
    List<String> config =
        new ArrayList<>(
            List.of(
                "ListenAddress " + LOOPBACK + ":" + port,
                "PidFile none",
                "StrictModes no",
                "UsePAM no",
                "PermitRootLogin prohibit-password",
                "AuthenticationMethods publickey",
                "AuthorizedKeysFile none"));
    config.addAll(Arrays.asList(lines));
    Path file = Files.write(folder.resolve("sshd_config"), config);
    return new Sshd(
        ForeignServer.start(
            folder, port, List.of("/usr/sbin/sshd", "-D", "-e", "-f", file.toString())));
  }

  public String log() throws IOException {
    return server.log();
  }

  /** Runs a command over ssh as this user, with nothing from their own configuration. */
  SshPrograms.Said ssh(Path identity, Path knownHosts, String host, String command) {
    return SshPrograms.run(
        "ssh",
        "-F",
        "none",
        "-p",
        String.valueOf(port()),
        "-o",
        "BatchMode=yes",
        "-o",
        "IdentitiesOnly=yes",
        "-o",
        "IdentityAgent=none",
        "-o",
        "StrictHostKeyChecking=yes",
        "-o",
        "UserKnownHostsFile=" + knownHosts,
        "-o",
        "GlobalKnownHostsFile=/dev/null",
        "-o",
        "HostKeyAlias=" + host,
        "-o",
        "CertificateFile=" + identity + "-cert.pub",
        "-i",
        identity.toString(),
        user() + "@" + LOOPBACK,
        command);
  }

  public int port() {
    return server.port();
  }

  public static String user() {
    return System.getProperty("user.name");
  }

  @Override
  public void close() {
    server.close();
  }
}
