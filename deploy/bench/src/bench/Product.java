package bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What a workload asks Mayfly for, and where. */
enum Product {
  TOKEN("/oauth/token", "\"access_token\""),
  X509("/v1/certificates/x509", "\"certificate\""),
  SSH("/v1/certificates/ssh", "\"certificate\"");

  private final String path;
  private final String marker;

  Product(String path, String marker) {
    this.path = path;
    this.marker = marker;
  }

  String path() {
    return path;
  }

  /** A token comes with 200, a certificate with 201; either only with what was asked for. */
  Load.Judge judge() {
    byte[] wanted = marker.getBytes(StandardCharsets.US_ASCII);
    return (number, answer) -> answer.isSuccess() && answer.holds(wanted);
  }

  /** The member of the request that holds the subject's key, as OpenSSL or OpenSSH makes it. */
  String key(Path work, int client) throws IOException, InterruptedException {
    Path folder = Files.createDirectories(work.resolve("subjects"));
    return switch (this) {
      case TOKEN -> "";
      case X509 -> {
        Path csr = folder.resolve("csr-" + client + ".pem");
        run(
            List.of(
                "openssl",
                "req",
                "-new",
                "-nodes",
                "-subj",
                "/",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-keyout",
                folder + "/csr.key",
                "-out",
                csr.toString()));
        yield ",\"csr\":\"" + Files.readString(csr).replace("\n", "\\n") + "\"";
      }
      case SSH -> {
        Path key = folder.resolve("ssh-" + client);
        Files.deleteIfExists(key);
        run(List.of("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString()));
        String line = Files.readString(Path.of(key + ".pub")).strip();
        yield ",\"public_key\":\"" + line + "\"";
      }
    };
  }

  private static void run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command.getFirst() + ": " + said);
    }
  }
}
