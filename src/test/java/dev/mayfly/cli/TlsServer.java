package dev.mayfly.cli;

import dev.mayfly.credential.ssh.SshPrograms;
import dev.mayfly.story.ForeignServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Somebody else's TLS server on a free loopback port: nginx, or OpenSSL's. */
final class TlsServer implements AutoCloseable {

  private final ForeignServer server;

  private TlsServer(ForeignServer server) {
    this.server = server;
  }

  /** With the clients' certificates checked against the lists of this file. */
  static TlsServer nginx(Path folder, TlsFolder server, Path lists) throws IOException {
    int port = ForeignServer.freePort();
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
    int port = ForeignServer.freePort();
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

  private static TlsServer start(Path folder, int port, List<String> command) throws IOException {
    return new TlsServer(ForeignServer.start(folder, port, command));
  }

  int port() {
    return server.port();
  }

  String log() throws IOException {
    return server.log();
  }

  /** It reads its configuration, and so the lists, anew. */
  void reload() {
    SshPrograms.run("kill", "-HUP", Long.toString(server.pid())).well();
  }

  @Override
  public void close() {
    server.close();
  }
}
