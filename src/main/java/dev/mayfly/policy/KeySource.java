package dev.mayfly.policy;

import com.nimbusds.jose.jwk.JWKSet;
import java.net.URI;

/** Where the keys of a trust come from. */
public sealed interface KeySource {

  /** From the issuer's own metadata (OpenID Connect Discovery or RFC 8414). */
  record Discovery() implements KeySource {}

  /** From this URI. */
  record JwksUri(URI uri) implements KeySource {}

  /** From a SPIFFE bundle endpoint (https_web), by its JWT-SVID keys only. */
  record Bundle(URI uri) implements KeySource {}

  /** From the policy itself; public keys only. */
  record StaticJwks(JWKSet keys) implements KeySource {}
}
