package dev.mayfly.http;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
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

  private static final int AFTER_REQUEST_IDS = 890;
  private static final int BAD_REQUEST = 400;
  private static final String SAY = "this header is for the proxies of this broker";

  private final String header;
  private final List<Cidr> proxies;

  ClientCertificates(ClientCertificateConfig config) {
    this.proxies =
        config.proxies().orElse(List.of()).stream().map(ClientCertificates::cidr).toList();
    if (config.header().isPresent() && proxies.isEmpty()) {
      throw new IllegalArgumentException(
          "mayfly.http.client-certificate.header needs mayfly.http.client-certificate.proxies: a"
              + " certificate in a header is believed from named addresses only");
    }
    this.header = config.header().orElse(DEFAULT_HEADER);
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
    if (request.headers().contains(header) && !isFromProxy(request)) {
      refuse(exchange);
    } else {
      exchange.next();
    }
  }

  /** The certificate, if there is one; refused when a proxy sends what is none. */
  public Outcome<Optional<X509Certificate>> of(HttpServerRequest request) {
    // A proxy's own certificate is the proxy's, never its client's.
    return isFromProxy(request)
        ? ofHeader(request.headers().getAll(header))
        : Outcome.ok(ofHandshake(request.connection().sslSession()));
  }

  private boolean isFromProxy(HttpServerRequest request) {
    // Of the connection: what a header says of the sender is not asked.
    SocketAddress sender = request.connection().remoteAddress();
    String address = sender == null ? null : sender.hostAddress();
    return address != null && proxies.stream().anyMatch(proxy -> proxy.holds(address));
  }

  static Outcome<Optional<X509Certificate>> ofHeader(List<String> values) {
    if (values.isEmpty()) {
      return Outcome.ok(Optional.empty());
    }
    String value = values.getFirst().strip();
    boolean binary = value.length() > 2 && value.startsWith(":") && value.endsWith(":");
    if (values.size() > 1 || !binary) {
      return malformed();
    }
    try {
      byte[] der = Base64.getDecoder().decode(value.substring(1, value.length() - 1));
      return Outcome.ok(
          Optional.of(
              (X509Certificate)
                  CertificateFactory.getInstance("X.509")
                      .generateCertificate(new ByteArrayInputStream(der))));
    } catch (IllegalArgumentException | CertificateException e) {
      return malformed();
    }
  }

  private static Outcome<Optional<X509Certificate>> malformed() {
    return Outcome.refused(
        new Refusal.Malformed("client-certificate", "the proxy sent no certificate (RFC 9440)"));
  }

  private static Optional<X509Certificate> ofHandshake(@Nullable SSLSession session) {
    try {
      return session != null && session.getPeerCertificates()[0] instanceof X509Certificate first
          ? Optional.of(first)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty(); // none was shown: it is asked for, not demanded
    }
  }

  private static void refuse(RoutingContext exchange) {
    boolean oauth = exchange.normalizedPath().startsWith("/oauth/");
    exchange
        .response()
        .setStatusCode(BAD_REQUEST)
        .putHeader(HttpHeaders.CONTENT_TYPE, oauth ? "application/json" : Errors.PROBLEM_JSON)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .putHeader(HttpHeaders.CONNECTION, "close")
        .end(
            oauth
                ? Errors.oauthJson("invalid_request", SAY)
                : Errors.problemJson(BAD_REQUEST, "client-certificate", SAY));
  }
}
