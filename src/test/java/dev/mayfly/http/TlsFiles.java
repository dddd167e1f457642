package dev.mayfly.http;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A certificate for the TLS port of a broker that a test starts whole, made by OpenSSL. */
public final class TlsFiles implements QuarkusTestResourceLifecycleManager {

  @Override
  public Map<String, String> start() {
    try {
      Path folder = Files.createTempDirectory("mayfly-test-tls");
      Path certificate = folder.resolve("broker.pem");
      Path key = folder.resolve("broker.key");
      run(
          List.of(
              "openssl",
              "req",
              "-x509",
              "-nodes",
              "-newkey",
              "ec",
              "-pkeyopt",
              "ec_paramgen_curve:P-256",
              "-days",
              "1",
              "-subj",
              "/CN=localhost",
              "-addext",
              "subjectAltName=DNS:localhost,IP:127.0.0.1",
              "-keyout",
              key.toString(),
              "-out",
              certificate.toString()));
      return Map.of(
          "quarkus.http.ssl.certificate.files",
          certificate.toString(),
          "quarkus.http.ssl.certificate.key-files",
          key.toString(),
          "quarkus.http.test-ssl-port",
          "0",
          "mayfly.policy.file",
          TlsPolicy.write(folder).toString(),
          "mayfly.http.client-certificate.proxies",
          TlsPolicy.PROXY,
          "mayfly.http.client-certificate.url",
          TlsPolicy.MTLS_URL,
          TlsPolicy.FOLDER,
          folder.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    if (process.onExit().join().exitValue() != 0) {
      throw new IllegalStateException(said);
    }
  }

  @Override
  public void stop() {}
}
