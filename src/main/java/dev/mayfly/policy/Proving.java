package dev.mayfly.policy;

import com.nimbusds.jose.jwk.JWKSet;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;

/** How an identity proves who it is. */
public sealed interface Proving {

  /**
   * It signs its own assertions (RFC 7523, private_key_jwt).
   *
   * @param spiffeId its name: client id, issuer and subject of its assertions
   * @param algorithms the only {@code alg} values accepted from it
   * @param keys its public keys
   */
  record PrivateKeyJwt(String spiffeId, Set<String> algorithms, JWKSet keys) implements Proving {
    public PrivateKeyJwt {
      algorithms = Set.copyOf(algorithms);
    }
  }

  /**
   * Somebody else signs for it.
   *
   * @param trust the id of the trust that signs
   * @param conditionSource CEL over the verified claims; must hold
   * @param spiffeTemplate its name, e.g. {@code spiffe://td/ci/{claims.repository_id}}: see {@link
   *     SpiffeTemplate}
   */
  record Federated(String trust, String conditionSource, String spiffeTemplate)
      implements Proving {}

  /**
   * An operator lets each of its instances in, by a token that is good once.
   *
   * @param spiffeId its name
   * @param attributes what such a token may say of the instance, for conditions and names
   */
  record Join(String spiffeId, Set<String> attributes) implements Proving {
    public Join {
      attributes = Set.copyOf(attributes);
    }
  }

  /**
   * It shows in TLS a certificate that somebody else's authority gave it (RFC 8705 2.1, {@code
   * tls_client_auth}).
   *
   * @param trust the id of the trust that says which authority
   * @param subject the one name by which its certificate is known
   * @param spiffeId its name, and its client id
   */
  record Issued(String trust, CertificateSubject subject, String spiffeId) implements Proving {}

  /**
   * It shows in TLS one of these very certificates, whoever signed them (RFC 8705 2.2, {@code
   * self_signed_tls_client_auth}).
   *
   * @param spiffeId its name, and its client id
   */
  record SelfSigned(String spiffeId, List<X509Certificate> certificates) implements Proving {
    public SelfSigned {
      certificates = List.copyOf(certificates);
    }
  }

  /**
   * A person logs in.
   *
   * @param trust the id of the people's login
   * @param conditionSource CEL over the verified claims; must hold
   * @param spiffeTemplate their name, e.g. {@code spiffe://td/people/{claims.preferred_username}}
   * @param role what their session holds
   */
  record Login(String trust, String conditionSource, String spiffeTemplate, String role)
      implements Proving {}
}
