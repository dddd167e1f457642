package dev.mayfly.identity;

import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.SpiffeId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Proves a client by a JWT-SVID of a trust domain that the policy trusts
 * (draft-ietf-oauth-spiffe-client-auth, {@code spiffe_jwt}). The keys are those of that domain's
 * bundle and no others; what an {@code iss} claim says does not matter.
 *
 * <p>A JWT-SVID need not have a {@code jti}, and workloads are handed the same one until it ends:
 * it is good until then, like a reusable assertion of any trust.
 */
@ApplicationScoped
public class SvidAssertions {

  private final AssertionReader reader;
  private final TrustKeys keys;
  private final IdentityLimits limits;
  private final String issuer;
  private final InstantSource clock;

  /** A JWT-SVID that would do, if the trust domain signed it. */
  private record Asked(SignedAssertion signed, SvidTrust trust, Instant end) {}

  public SvidAssertions(
      MayflyConfig mayfly, IdentityLimits limits, TrustKeys keys, InstantSource clock) {
    this.reader = new AssertionReader(limits);
    this.keys = keys;
    this.limits = limits;
    this.issuer = mayfly.issuer();
    this.clock = clock;
  }

  /**
   * Which identity of this policy the workload is.
   *
   * @param clientIdParameter the request's {@code client_id}, which then must be the SPIFFE ID
   * @return {@link Refusal.Unauthenticated} for whatever reason it is refused, or {@link
   *     Refusal.Unavailable} when the bundle is not to be had
   */
  public Uni<Outcome<Proven>> prove(
      String assertion, Optional<String> clientIdParameter, CompiledPolicy policy) {
    return reader
        .read(assertion, Proof.SVID)
        .then(signed -> checkClaims(signed, clientIdParameter, policy))
        .thenUni(asked -> verify(asked).map(checked -> checked.then(ok -> identify(ok, policy))));
  }

  private Outcome<Asked> checkClaims(
      SignedAssertion signed, Optional<String> clientIdParameter, CompiledPolicy policy) {
    Claims claims = signed.claims();
    Optional<String> subject = claims.text("sub");
    if (subject.isEmpty() || !SpiffeId.isWellFormed(subject.get())) {
      return Proof.SVID.refuse("sub is not a SPIFFE ID (JWT-SVID 3.1)");
    }
    if (clientIdParameter.isPresent() && !clientIdParameter.equals(subject)) {
      return Proof.SVID.refuse("client_id is not the SPIFFE ID of the JWT-SVID");
    }
    if (!claims.onlyAudience().equals(Optional.of(issuer))) {
      return Proof.SVID.refuse("aud is not this issuer and only this issuer");
    }
    return trustOf(subject.get(), policy)
        .then(trust -> checkAlgorithm(signed.algorithm(), trust))
        .then(
            trust ->
                checkEnd(claims, trust).then(end -> Outcome.ok(new Asked(signed, trust, end))));
  }

  private static Outcome<SvidTrust> trustOf(String subject, CompiledPolicy policy) {
    return SvidTrust.of(subject, policy)
        .map(Outcome::ok)
        .orElseGet(() -> Proof.SVID.refuse("no trust has the trust domain of the JWT-SVID"));
  }

  /** JWT-SVID 2.1 lists RS, ES and PS, so no list of a policy makes EdDSA one of them. */
  private static Outcome<SvidTrust> checkAlgorithm(SignatureAlgorithm algorithm, SvidTrust svids) {
    boolean listed = algorithm.keyType() != SignatureAlgorithm.KeyType.ED25519;
    return listed && svids.trust().algorithms().contains(algorithm.joseName())
        ? Outcome.ok(svids)
        : refuse(svids, "is signed with " + algorithm.joseName());
  }

  private Outcome<Instant> checkEnd(Claims claims, SvidTrust svids) {
    Instant now = clock.instant();
    return AssertionTimes.end(claims, now, limits.clockSkew(), Proof.SVID)
        .then(
            end ->
                svids.isTooFar(end, now)
                    ? refuse(svids, "lives longer than " + svids.trust().maxLifetime())
                    : Outcome.ok(end));
  }

  private Uni<Outcome<Asked>> verify(Asked asked) {
    SignedAssertion signed = asked.signed();
    return keys.find(asked.trust().trust(), signed.algorithm(), signed.kid())
        .map(
            found ->
                switch (found) {
                  case Outcome.Ok<VerifyingKey>(VerifyingKey key) ->
                      key.verifies(signed.algorithm(), signed)
                          ? Outcome.ok(asked)
                          : refuse(asked.trust(), "has a signature that does not verify");
                  case Outcome.Refused<VerifyingKey>(Refusal.Unavailable away) ->
                      Outcome.refused(away);
                  case Outcome.Refused<VerifyingKey>(Refusal refusal) ->
                      refuse(asked.trust(), "has no key in the bundle: " + refusal.why());
                });
  }

  private Outcome<Proven> identify(Asked asked, CompiledPolicy policy) {
    Instant now = clock.instant();
    return now.isBefore(asked.end())
        ? asked
            .trust()
            .proven(asked.signed().claims().all(), asked.end(), policy, now, Proof.SVID::because)
        : refuse(asked.trust(), "expired while the bundle was fetched");
  }

  private static <T> Outcome<T> refuse(SvidTrust svids, String what) {
    return Proof.SVID.refuse("a JWT-SVID of trust " + svids.trust().id() + " " + what);
  }
}
