package dev.mayfly.policy;

import com.nimbusds.jose.jwk.JWKSet;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;

/** Where the keys of a trust come from. */
public sealed interface KeySource {

  /** From the issuer's own metadata (OpenID Connect Discovery or RFC 8414). */
  record Discovery() implements KeySource {}

  /** From this URI. */
  record JwksUri(URI uri) implements KeySource {}

  /** From a SPIFFE bundle endpoint (https_web), by its keys and authorities for SVIDs only. */
  record Bundle(URI uri) implements KeySource {}

  /**
   * From the policy itself; public keys only.
   *
   * @param authorities of a trust domain's X509-SVIDs
   */
  record StaticJwks(JWKSet keys, List<X509Certificate> authorities) implements KeySource {

    public StaticJwks {
      authorities = List.copyOf(authorities);
    }

    /** Of an issuer that is no trust domain. */
    public StaticJwks(JWKSet keys) {
      this(keys, List.of());
    }
  }
}
