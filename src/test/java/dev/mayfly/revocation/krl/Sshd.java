package dev.mayfly.revocation.krl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.credential.ssh.SshPrograms;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A real sshd of this user on a free loopback port, and ssh as its client. */
public final class Sshd implements AutoCloseable {

  private static final String LOOPBACK = "127.0.0.1";

  private final Path folder;
  private final int port;
  private final Process process;

  private Sshd(Path folder, int port, Process process) {
    this.folder = folder;
    this.port = port;
    this.process = process;
  }

  /** With these lines in its configuration, besides those that keep it in its folder. */
  public static Sshd with(Path folder, String... lines) throws IOException {
    if (user().equals("root")) {
      // Debian's service makes it at its start, and sshd as root does without it nothing.
      Files.createDirectories(Path.of("/run/sshd"));
    }
    int port = freePort();
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
    Process process =
        new ProcessBuilder("/usr/sbin/sshd", "-D", "-e", "-f", file.toString())
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(folder.resolve("sshd.log").toFile())
            .start();
    Sshd sshd = new Sshd(folder, port, process);
    sshd.awaitListening();
    return sshd;
  }

  public String log() throws IOException {
    return Files.readString(folder.resolve("sshd.log"));
  }

  /** Runs a command over ssh as this user, with nothing from their own configuration. */
  SshPrograms.Said ssh(Path identity, Path knownHosts, String host, String command) {
    return SshPrograms.run(
        "ssh",
        "-F",
        "none",
        "-p",
        String.valueOf(port),
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
    return port;
  }

  public static String user() {
    return System.getProperty("user.name");
  }

  private void awaitListening() throws IOException {
    for (int tries = 0; tries < 200; tries++) {
      assertThat(process.isAlive()).as(log()).isTrue();
      try (Socket socket = new Socket()) {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
        return;
      } catch (IOException e) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(25));
      }
    }
    throw new AssertionError("sshd does not listen: " + log());
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
