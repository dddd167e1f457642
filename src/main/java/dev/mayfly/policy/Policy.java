package dev.mayfly.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One revision of the policy document as it was written, before anything is compiled.
 *
 * @param revision only grows; every decision names it
 * @param trustDomain of every SPIFFE ID this policy gives out
 * @param operator the identity entry of the first operator
 * @param trusts issuers of JWTs, by id
 * @param logins people's logins, by id
 * @param authorities whose certificates are believed in TLS, by id of the trust
 * @param identities by entry id
 * @param roles by id
 */
public record Policy(
    long revision,
    String trustDomain,
    Ceilings ceilings,
    Optional<String> operator,
    Map<String, Trust> trusts,
    Map<String, Login> logins,
    Map<String, CertificateTrust> authorities,
    Map<String, IdentityEntry> identities,
    Map<String, Role> roles,
    List<Entitlement> entitlements) {

  public Policy {
    trusts = Map.copyOf(trusts);
    logins = Map.copyOf(logins);
    authorities = Map.copyOf(authorities);
    identities = Map.copyOf(identities);
    roles = Map.copyOf(roles);
    entitlements = List.copyOf(entitlements);
  }
}
