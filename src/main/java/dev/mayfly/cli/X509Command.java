package dev.mayfly.cli;

import dev.mayfly.cli.broker.Certificates;
import dev.mayfly.cli.broker.Exit;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.x509.CertificateKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mayfly certificate x509}: a certificate, and the files that a server reads. */
@Command(
    name = "x509",
    description = {
      "Get an X.509 certificate. In the folder of --out it writes certificate.pem (what stands",
      "between it and the root behind it), trust.pem (the roots) and, without --key and --csr,",
      "key.pem: a P-256 key that only you can read. Each file is replaced whole.",
      "",
      "Without -k and --assertion-file whoever is logged in asks."
    },
    footer = {
      "",
      "Examples:",
      "  mayfly certificate x509 -k shop.jwk --role orders-server --out /etc/orders/tls",
      "  openssl req -new -key FILE -subj / | mayfly certificate x509 -r ROLE --csr -",
    })
final class X509Command implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final CertificateOptions wanted = new CertificateOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = {
        "The P-256 key (PKCS#8, PEM) that it is for; made there where there is none.",
        "Default: key.pem in the folder of --out, made anew each time."
      })
  private Optional<Path> keyFile = Optional.empty();

  @Option(
      names = "--csr",
      paramLabel = "FILE",
      description = "Instead of a key: a request (PKCS#10) for any other; - for standard input.")
  private Optional<String> request = Optional.empty();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the files go. Default: the current folder.")
  private Path out = Path.of("");

  @Option(
      names = "--when-due",
      description = {
        "Do nothing while the certificate in the folder of --out is not to be renewed, as the",
        "broker suggests: for a timer. What was taken back is due at once."
      })
  private boolean whenDue;

  X509Command(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    if (request.isPresent() && keyFile.isPresent()) {
      throw Stop.usage("--csr and --key are two ways to say which key", "use one");
    }
    Optional<Instant> later = whenDue ? later() : Optional.empty();
    if (later.isPresent()) {
      CertificateCommand.showLater(around, output.json(), later.get());
      return Exit.OK;
    }
    Map<String, Path> files = new LinkedHashMap<>();
    Json answer;
    if (request.isPresent()) {
      answer = ask(read(request.get()));
    } else {
      Path file = keyFile.orElse(out.resolve("key.pem"));
      boolean there = keyFile.isPresent() && Files.exists(file);
      CertificateKey key =
          there ? CertificateKey.read(CertificateFiles.readKey(file)) : CertificateKey.fresh();
      answer = ask(key.request());
      if (!there) {
        CertificateFiles.writeKey(file, key.pem());
      }
      files.put("key", file);
    }
    files.put("certificate", written("certificate", answer));
    files.put("trust", written("trust", answer));
    CertificateCommand.show(around, output.json(), answer, files);
    return Exit.OK;
  }

  private Optional<Instant> later() throws Stop {
    return Due.later(
        wanted.broker(around), out.resolve("certificate.pem"), around.clock().instant());
  }

  private Json ask(String csr) throws Stop {
    Json answer = wanted.ask(around, Certificates.Kind.X509, "csr", csr);
    if (answer.text("certificate").isEmpty() || answer.text("trust").isEmpty()) {
      throw Stop.refused("no-certificate", "the answer held no certificate", "is that a broker?");
    }
    return answer;
  }

  private Path written(String member, Json answer) throws Stop {
    Path file = out.resolve(member + ".pem");
    CertificateFiles.write(file, answer.show(member));
    return file;
  }

  private String read(String from) throws Stop {
    try {
      return from.equals("-")
          ? new String(around.in().readAllBytes(), StandardCharsets.US_ASCII)
          : CertificateFiles.read(Path.of(from));
    } catch (IOException e) {
      throw Stop.usage("cannot read the request from standard input", "pipe it in");
    }
  }
}
