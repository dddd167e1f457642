package dev.mayfly.policy;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What can be asked for.
 *
 * @param audiences absolute URIs, none where it gives no tokens; {@value #BROKER} in the document
 *     stands for the broker's issuer
 * @param ttl the longest life of a credential
 * @param grant how long a standing grant lives before it is renewed
 * @param alg the JOSE name of the signature: ES256, RS256 or Ed25519
 * @param environments where an asker must be
 * @param conditionSource CEL that must hold at every mint
 * @param announce whether a mint writes an outbox message
 * @param senderConstrained what its tokens are bound to
 * @param x509 the X.509 certificates it gives
 * @param ssh the SSH certificates it gives
 * @param request how it is requested; absent when it cannot be
 */
public record Role(
    String id,
    String owner,
    String description,
    Set<String> audiences,
    Set<String> scopes,
    Duration ttl,
    Duration grant,
    String alg,
    Set<String> environments,
    Optional<String> conditionSource,
    boolean announce,
    Risk risk,
    SenderConstraint senderConstrained,
    Optional<X509Rules> x509,
    Optional<SshRules> ssh,
    Optional<RequestRules> request) {

  /** The audience literal for Mayfly's own API. */
  public static final String BROKER = "mayfly";

  public Role {
    audiences = Set.copyOf(audiences);
    scopes = Set.copyOf(scopes);
    environments = Set.copyOf(environments);
  }

  /** All its scopes, with those that stand for its certificates. */
  public Set<String> given() {
    Set<String> given = new TreeSet<>(scopes);
    x509.ifPresent(rules -> given.add(Form.X509.scope()));
    ssh.ifPresent(rules -> given.add(Form.SSH.scope()));
    return given;
  }

  /** The same role with its audiences written out. */
  Role withAudiences(Set<String> resolved) {
    return new Role(
        id,
        owner,
        description,
        resolved,
        scopes,
        ttl,
        grant,
        alg,
        environments,
        conditionSource,
        announce,
        risk,
        senderConstrained,
        x509,
        ssh,
        request);
  }
}
