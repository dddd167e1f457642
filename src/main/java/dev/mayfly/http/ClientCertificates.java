package dev.mayfly.http;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.certificate.ShownCertificate;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Which certificate the sender of a request has shown that they hold the key of: in the handshake
 * of the broker's own TLS port, or in that of a proxy which says so in a header (RFC 9440). Whether
 * the certificate is good for anything is for others to judge.
 *
 * <p>The header is believed from configured addresses only. From anybody else it would be a
 * certificate that everybody may claim, so such a request gets no further.
 */
@ApplicationScoped
public class ClientCertificates {

  static final String DEFAULT_HEADER = "Client-Cert";

  /** RFC 9440 2.3. */
  private static final String CHAIN = "-Chain";

  private static final int AFTER_REQUEST_IDS = 890;
  private static final int BAD_REQUEST = 400;
  private static final int SHORTEST = 3;
  private static final String SAY = "this header is for the proxies of this broker";

  private final String header;
  private final String chainHeader;
  private final List<Cidr> proxies;

  ClientCertificates(ClientCertificateConfig config) {
    this.proxies =
        config.proxies().orElse(List.of()).stream().map(ClientCertificates::cidr).toList();
    if (config.header().isPresent() && proxies.isEmpty()) {
      throw new IllegalArgumentException(
          "mayfly.http.client-certificate.header needs mayfly.http.client-certificate.proxies: a"
              + " certificate in a header is believed from named addresses only");
    }
    if (config.url().filter(url -> !url.matches("https://[^/]+(/.*[^/])?")).isPresent()) {
      throw new IllegalArgumentException(
          "mayfly.http.client-certificate.url must be https, without a slash at its end");
    }
    this.header = config.header().orElse(DEFAULT_HEADER);
    this.chainHeader = header + CHAIN;
  }

  private static Cidr cidr(String text) {
    return Cidr.parse(text.strip())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "mayfly.http.client-certificate.proxies: %s is no address or CIDR"
                        .formatted(text)));
  }

  void register(@Observes Filters filters) {
    filters.register(this::check, AFTER_REQUEST_IDS);
  }

  private void check(RoutingContext exchange) {
    HttpServerRequest request = exchange.request();
    boolean claims = request.headers().contains(header) || request.headers().contains(chainHeader);
    if (claims && !isFromProxy(request)) {
      refuse(exchange);
    } else {
      exchange.next();
    }
  }

  /** The certificate, if there is one; refused when a proxy sends what is none. */
  public Outcome<Optional<ShownCertificate>> of(HttpServerRequest request) {
    // A proxy's own certificate is the proxy's, never its client's.
    return isFromProxy(request)
        ? ofHeaders(request.headers().getAll(header), request.headers().getAll(chainHeader))
        : Outcome.ok(ofHandshake(request.connection().sslSession()));
  }

  private boolean isFromProxy(HttpServerRequest request) {
    // Of the connection: what a header says of the sender is not asked.
    SocketAddress sender = request.connection().remoteAddress();
    String address = sender == null ? null : sender.hostAddress();
    return address != null && proxies.stream().anyMatch(proxy -> proxy.holds(address));
  }

  /** What a proxy hands on: one certificate, and the rest of its chain where the proxy sends it. */
  static Outcome<Optional<ShownCertificate>> ofHeaders(List<String> leaf, List<String> chain) {
    if (leaf.isEmpty()) {
      return Outcome.ok(Optional.empty());
    }
    List<String> others =
        chain.stream().flatMap(value -> Arrays.stream(value.split(",", -1))).toList();
    if (leaf.size() > 1 || others.size() > ShownCertificate.MOST_OTHERS) {
      return malformed();
    }
    return certificate(leaf.getFirst())
        .flatMap(
            first ->
                all(others).map(rest -> Outcome.ok(Optional.of(new ShownCertificate(first, rest)))))
        .orElseGet(ClientCertificates::malformed);
  }

  private static Optional<List<X509Certificate>> all(List<String> values) {
    List<X509Certificate> all =
        values.stream().flatMap(value -> certificate(value).stream()).toList();
    return all.size() == values.size() ? Optional.of(all) : Optional.empty();
  }

  /** A byte sequence of structured fields (RFC 9651 3.3.5), which holds the DER. */
  private static Optional<X509Certificate> certificate(String field) {
    String value = field.strip();
    if (value.length() < SHORTEST || !value.startsWith(":") || !value.endsWith(":")) {
      return Optional.empty();
    }
    try {
      byte[] der = Base64.getDecoder().decode(value.substring(1, value.length() - 1));
      return Optional.of(
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der)));
    } catch (IllegalArgumentException | CertificateException e) {
      return Optional.empty();
    }
  }

  private static Outcome<Optional<ShownCertificate>> malformed() {
    return Outcome.refused(
        new Refusal.Malformed("client-certificate", "the proxy sent no certificate (RFC 9440)"));
  }

  private static Optional<ShownCertificate> ofHandshake(@Nullable SSLSession session) {
    try {
      if (session == null) {
        return Optional.empty();
      }
      List<X509Certificate> chain =
          Arrays.stream(session.getPeerCertificates())
              .filter(X509Certificate.class::isInstance)
              .map(X509Certificate.class::cast)
              .toList();
      return Optional.of(new ShownCertificate(chain.getFirst(), chain.subList(1, chain.size())));
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty(); // none was shown: it is asked for, not demanded
    }
  }

  private static void refuse(RoutingContext exchange) {
    EarlyRefusal.answer(exchange, BAD_REQUEST, "client-certificate", SAY);
  }
}
