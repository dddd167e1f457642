package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Json;
import dev.mayfly.cli.broker.Stop;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * When a certificate that lies here is to be renewed, as its broker suggests (RFC 9773 4.2): at one
 * moment of the window, the same each time it is asked for, so that what was issued together is not
 * renewed together.
 */
final class Due {

  private static final double RANDOM_BITS = 0x1p32;

  private Due() {}

  /** Empty when it is due now: there is none, or the broker does not know it (any more). */
  static Optional<Instant> later(Broker broker, Path certificate, Instant now) throws Stop {
    Optional<UUID> id = idOf(certificate);
    return id.isEmpty()
        ? Optional.empty()
        : window(broker, id.get())
            .flatMap(window -> moment(window, id.get()))
            .filter(now::isBefore);
  }

  private static Optional<Json> window(Broker broker, UUID id) throws Stop {
    try {
      return broker.renewal(id.toString()).object("suggestedWindow");
    } catch (Stop stop) {
      if (stop.code().equals("not-found")) {
        return Optional.empty();
      }
      throw stop;
    }
  }

  private static Optional<Instant> moment(Json window, UUID id) {
    Optional<Instant> start = window.instant("start");
    Optional<Instant> end = window.instant("end");
    if (start.isEmpty() || end.isEmpty()) {
      return Optional.empty();
    }
    double share = (id.getLeastSignificantBits() & 0xFFFF_FFFFL) / RANDOM_BITS;
    Duration length = Duration.between(start.get(), end.get());
    return Optional.of(start.get().plusMillis((long) (length.toMillis() * share)));
  }

  /** The serial number is the credential's id. */
  private static Optional<UUID> idOf(Path file) {
    try (InputStream pem = Files.newInputStream(file)) {
      X509Certificate leaf =
          (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);
      BigInteger serial = leaf.getSerialNumber();
      return Optional.of(new UUID(serial.shiftRight(Long.SIZE).longValue(), serial.longValue()));
    } catch (IOException | CertificateException e) {
      return Optional.empty(); // none that is good for anything
    }
  }
}
