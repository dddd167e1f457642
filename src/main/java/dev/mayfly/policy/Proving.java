package dev.mayfly.policy;

import com.nimbusds.jose.jwk.JWKSet;
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
