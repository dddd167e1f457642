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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
      "between it and the root behind it), trust.pem (the roots) and, without --keep-key and",
      "--csr, key.pem: a P-256 key that only you can read. Each file is replaced whole, and none",
      "before all are there.",
      "",
      "Where no workload's proof is named whoever is logged in asks. A certificate of the broker's",
      "own renews itself: --cert and --key name what it is to replace."
    },
    footer = {
      "",
      "Examples:",
      "  mayfly certificate x509 -k shop.jwk --role orders-server --out /etc/orders/tls",
      "  mayfly certificate x509 --join-token token -r till-sales --out tls",
      "  mayfly certificate x509 --cert tls/certificate.pem --key tls/key.pem -r till-sales --out tls",
      "  openssl req -new -key FILE -subj / | mayfly certificate x509 -r ROLE --csr -",
    })
final class X509Command implements Callable<Integer> {

  private final Surroundings around;

  @Mixin private final CertificateOptions wanted = new CertificateOptions();
  @Mixin private final CertificateCommand.Telling telling = new CertificateCommand.Telling();

  @Option(
      names = "--keep-key",
      paramLabel = "FILE",
      description =
          "The P-256 key (PKCS#8, PEM) that it is for; made there where there is none. Default:"
              + " key.pem in the folder of --out, made anew each time.")
  private Optional<Path> kept = Optional.empty();

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
      description =
          "Do nothing while the certificate in the folder of --out is not to be renewed, as the"
              + " broker suggests: for a timer. What was taken back is due at once.")
  private boolean whenDue;

  X509Command(Surroundings around) {
    this.around = around;
  }

  @Override
  public Integer call() throws Stop {
    if (request.isPresent() && kept.isPresent()) {
      throw Stop.usage("--csr and --keep-key are two ways to say which key", "use one");
    }
    Optional<Instant> later = whenDue ? later() : Optional.empty();
    if (later.isPresent()) {
      CertificateCommand.showLater(around, telling, later.get());
      return Exit.OK;
    }
    return request.isPresent()
        ? certify(read(request.get()), List.of(), new LinkedHashMap<>())
        : certifyAKey();
  }

  private int certifyAKey() throws Stop {
    Path file = kept.orElse(out.resolve("key.pem"));
    boolean there = kept.isPresent() && Files.exists(file);
    CertificateKey key =
        there ? CertificateKey.read(CertificateFiles.readKey(file)) : CertificateKey.fresh();
    List<CertificateFiles.Draft> made =
        there ? List.of() : List.of(CertificateFiles.Draft.ofKey(file, key.pem()));
    Map<String, Path> files = new LinkedHashMap<>();
    files.put("key", file);
    return certify(key.request(), made, files);
  }

  private int certify(String csr, List<CertificateFiles.Draft> made, Map<String, Path> files)
      throws Stop {
    for (CertificateFiles.Draft draft : made) {
      CertificateFiles.insistOnWriting(draft.file());
    }
    CertificateFiles.insistOnWriting(out.resolve("certificate.pem"));
    Json answer = ask(csr);
    List<CertificateFiles.Draft> drafts = new ArrayList<>(made);
    for (String member : List.of("certificate", "trust")) {
      Path file = out.resolve(member + ".pem");
      drafts.add(CertificateFiles.Draft.of(file, answer.show(member)));
      files.put(member, file);
    }
    CertificateFiles.replace(drafts);
    CertificateCommand.show(around, telling, answer, files);
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
