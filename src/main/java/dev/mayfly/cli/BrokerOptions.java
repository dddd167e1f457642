package dev.mayfly.cli;

import dev.mayfly.cli.broker.Broker;
import dev.mayfly.cli.broker.Http;
import dev.mayfly.cli.broker.Stop;
import dev.mayfly.cli.x509.HeldCertificate;
import dev.mayfly.cli.x509.TlsContext;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/** Which broker a command speaks to, and whom it believes to be that one. */
final class BrokerOptions {

  private static final String DEFAULT = "http://localhost:8480";
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

  @Option(
      names = "--broker",
      paramLabel = "URL",
      description = "The broker's issuer URL. Default: MAYFLY_BROKER, else http://localhost:8480.")
  private Optional<String> broker = Optional.empty();

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "The authorities (PEM) that vouch for the broker's certificate. Default: MAYFLY_CA, else"
              + " those that Java knows.")
  private Optional<Path> ca = Optional.empty();

  /** The broker, found by its address. */
  Broker open(Surroundings around) throws Stop {
    return open(around, Optional.empty());
  }

  /** As {@link #open}, by connections that show a certificate where the broker asks for one. */
  Broker open(Surroundings around, Optional<HeldCertificate> shown) throws Stop {
    return Broker.at(address(around), http(around, shown), around.clock());
  }

  /** Connections for what needs no more than the address. */
  Http http(Surroundings around) throws Stop {
    return http(around, Optional.empty());
  }

  private Http http(Surroundings around, Optional<HeldCertificate> shown) throws Stop {
    Optional<Path> file = ca.or(() -> around.variable("MAYFLY_CA").map(Path::of));
    Optional<String> authorities =
        file.isPresent() ? Optional.of(CertificateFiles.read(file.get())) : Optional.empty();
    return new Http(TlsContext.of(authorities, shown));
  }

  /** Plain HTTP only to this machine: a token on any other wire would be everybody's. */
  URI address(Surroundings around) throws Stop {
    String text = broker.or(() -> around.variable("MAYFLY_BROKER")).orElse(DEFAULT);
    URI uri = parse(text);
    boolean allowed =
        "https".equals(uri.getScheme())
            || LOOPBACK.contains(uri.getHost().toLowerCase(Locale.ROOT))
            || around.variable("MAYFLY_ALLOW_HTTP").filter("true"::equals).isPresent();
    if (!allowed) {
      throw Stop.usage(
          "refusing plain http to " + uri.getHost() + ": tokens would cross the network readable",
          "use https, or set MAYFLY_ALLOW_HTTP=true where the network itself is encrypted");
    }
    return uri;
  }

  private static URI parse(String text) throws Stop {
    try {
      URI uri = new URI(text);
      boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
      boolean plain = uri.getQuery() == null && uri.getFragment() == null;
      if (web && plain && uri.getHost() != null && uri.getUserInfo() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      // Told below, as any other text that is no broker's address.
    }
    throw Stop.usage(
        "no broker address: " + text, "it looks like https://broker.example, without a query");
  }
}
