package dev.mayfly.http;

import io.smallrye.config.ConfigMapping;
import java.util.List;
import java.util.Optional;

/** Where certificates of clients come from beside the broker's own TLS port. */
@ConfigMapping(prefix = "mayfly.http.client-certificate")
public interface ClientCertificateConfig {

  /**
   * The header in which a proxy that ends TLS hands on the client's certificate (RFC 9440); {@code
   * Client-Cert} where only the proxies are named.
   */
  Optional<String> header();

  /**
   * Where clients show their certificates, if not at the issuer's address, e.g. {@code
   * https://mayfly.shop.example:8443}: what the metadata's {@code mtls_endpoint_aliases} begin with
   * (RFC 8705 5).
   */
  Optional<String> url();

  /**
   * The proxies that it is believed from, as addresses or CIDRs, e.g. {@code 10.1.2.0/24}. From
   * anybody else a request with the header is refused.
   */
  Optional<List<String>> proxies();
}
