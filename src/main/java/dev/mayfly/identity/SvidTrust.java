package dev.mayfly.identity;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.FederatedEntry;
import dev.mayfly.policy.SpiffeId;
import dev.mayfly.policy.Trust;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A trust domain of others, and whom an SVID of it proves here: the one way for JWT-SVIDs and
 * X509-SVIDs, so that neither form says more than the other.
 */
public record SvidTrust(Trust trust) {

  /** A SPIFFE trust is found by its domain: its issuer is the domain's own SPIFFE ID. */
  public static Optional<SvidTrust> of(String spiffeId, CompiledPolicy policy) {
    String trustDomain = SpiffeId.trustDomainOf(spiffeId);
    return policy.federated("spiffe://" + trustDomain).stream()
        .map(FederatedEntry::trust)
        .filter(trust -> trust.trustDomain().equals(Optional.of(trustDomain)))
        .findFirst()
        .map(SvidTrust::new);
  }

  /** Boundary: exactly the trust's longest lifetime ahead will do. */
  public boolean isTooFar(Instant end, Instant now) {
    return end.isAfter(now.plus(trust.maxLifetime()));
  }

  /**
   * The identity that the policy makes of a workload whose SVID is verified.
   *
   * @param claims with the SPIFFE ID as {@code sub}
   * @param because how this form of SVID is refused
   */
  public Outcome<Proven> proven(
      Map<String, Object> claims,
      Instant end,
      CompiledPolicy policy,
      Instant now,
      Function<String, Refusal> because) {
    return new VouchedFor(trust, new Claims(claims), because)
        .under(policy, now)
        .then(who -> Outcome.ok(who.proven(Optional.empty(), end)));
  }
}
