package dev.mayfly.cli;

import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.x509.HeldCertificate;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The certificate that a command shows at the broker's TLS port. */
final class ShownOptions {

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description =
          "Show this certificate (PEM, the leaf first) at the broker's TLS port. It says who asks"
              + " where nothing else does, and is what roles that want one bind their tokens to.")
  private Optional<Path> certificate = Optional.empty();

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The private key of --cert (PKCS#8, PEM). Default: key.pem beside it.")
  private Optional<Path> key = Optional.empty();

  /** The certificate's file, where one is to be shown. */
  Optional<Path> certificate() {
    return certificate;
  }

  /** What is to be shown, if anything is. */
  Optional<HeldCertificate> read() throws Stop {
    if (certificate.isEmpty() && key.isPresent()) {
      throw Stop.usage(
          "--key is the private key of --cert, which is missing",
          "name both. A certificate for a key that you have: certificate x509 --keep-key FILE");
    }
    if (certificate.isEmpty()) {
      return Optional.empty();
    }
    Path of = key.orElse(certificate.get().resolveSibling("key.pem"));
    return Optional.of(
        HeldCertificate.read(
            CertificateFiles.read(certificate.get()), CertificateFiles.readKey(of)));
  }
}
