package dev.mayfly.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.credential.ssh.SshPrograms;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Somebody else's TLS server on a free loopback port: nginx, or OpenSSL's. */
final class TlsServer implements AutoCloseable {

  private final int port;
  private final Process process;
  private final Path log;

  private TlsServer(int port, Process process, Path log) {
    this.port = port;
    this.process = process;
    this.log = log;
  }

  /** With the clients' certificates checked against the lists of this file. */
  static TlsServer nginx(Path folder, TlsFolder server, Path lists) throws IOException {
    int port = freePort();
    String config =
        """
        daemon off;
        pid %1$s/nginx.pid;
        error_log %1$s/nginx.log;
        events {}
        http {
          access_log off;
          client_body_temp_path %1$s/body;
          proxy_temp_path %1$s/proxy;
          fastcgi_temp_path %1$s/fastcgi;
          uwsgi_temp_path %1$s/uwsgi;
          scgi_temp_path %1$s/scgi;
          server {
            listen 127.0.0.1:%2$d ssl;
            ssl_certificate %3$s;
            ssl_certificate_key %4$s;
            ssl_client_certificate %5$s;
            ssl_crl %6$s;
            ssl_verify_client on;
            ssl_verify_depth 2;
            location / { return 200 "verified: $ssl_client_verify\\n"; }
          }
        }
        """
            .formatted(folder, port, server.certificate(), server.key(), server.trust(), lists);
    Path file = Files.writeString(folder.resolve("nginx.conf"), config);
    return start(
        folder,
        port,
        List.of("/usr/sbin/nginx", "-p", folder.toString(), "-e", "stderr", "-c", file.toString()));
  }

  static TlsServer openssl(Path folder, TlsFolder server, Path trustAndLists) throws IOException {
    int port = freePort();
    return start(
        folder,
        port,
        List.of(
            "openssl",
            "s_server",
            "-accept",
            "127.0.0.1:" + port,
            "-cert",
            server.certificate().toString(),
            "-cert_chain",
            server.between().toString(),
            "-key",
            server.key().toString(),
            "-CAfile",
            trustAndLists.toString(),
            "-crl_check_all",
            "-Verify",
            "3",
            "-verify_return_error",
            "-www"));
  }

  int port() {
    return port;
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /** It reads its configuration, and so the lists, anew. */
  void reload() {
    SshPrograms.run("kill", "-HUP", Long.toString(process.pid())).well();
  }

  private static TlsServer start(Path folder, int port, List<String> command) throws IOException {
    Path log = Files.createTempFile(folder, "server", ".log");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(log.toFile())
            .start();
    TlsServer server = new TlsServer(port, process, log);
    server.awaitListening();
    return server;
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
    throw new AssertionError("nobody listens: " + log());
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
