package dev.mayfly.identity;

import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.FederatedEntry;
import dev.mayfly.policy.Trust;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Proves an identity by what a trusted issuer signed about it (RFC 7523, jwt-bearer; the {@code
 * subject_token} of RFC 8693). The claims are checked before the issuer is asked for keys, so that
 * nonsense never leaves the house.
 */
@ApplicationScoped
public class FederatedAssertions {

  private static final int MAX_JTI = 256;

  private final AssertionReader reader;
  private final TrustKeys keys;
  private final IdentityLimits limits;
  private final String issuer;
  private final InstantSource clock;

  /** An assertion that names a trust of the policy and is alive, if the issuer signed it. */
  private record Asked(
      SignedAssertion signed, Trust trust, Instant end, Optional<UUID> assertionKey) {}

  public FederatedAssertions(
      MayflyConfig mayfly, IdentityLimits limits, TrustKeys keys, InstantSource clock) {
    this.reader = new AssertionReader(limits);
    this.keys = keys;
    this.limits = limits;
    this.issuer = mayfly.issuer();
    this.clock = clock;
  }

  /**
   * Which identity of this policy the claims are about.
   *
   * @return {@link dev.mayfly.Refusal.BadGrant}, or {@link dev.mayfly.Refusal.Unavailable} when the
   *     issuer's keys are not to be had
   */
  public Uni<Outcome<Proven>> prove(String assertion, CompiledPolicy policy) {
    return reader
        .read(assertion, Proof.FEDERATED)
        .then(signed -> checkClaims(signed, policy))
        .thenUni(asked -> verify(asked).map(checked -> checked.then(ok -> identify(ok, policy))));
  }

  private Outcome<Asked> checkClaims(SignedAssertion signed, CompiledPolicy policy) {
    return trustOf(signed, policy)
        .then(
            trust -> {
              if (!trust.algorithms().contains(signed.algorithm().joseName())) {
                return refuse(trust, "does not sign with " + signed.algorithm().joseName());
              }
              return checkTimes(signed.claims(), trust).then(end -> asked(signed, trust, end));
            });
  }

  /** Several trusts may share an issuer; the audience then tells which one is meant. */
  private Outcome<Trust> trustOf(SignedAssertion signed, CompiledPolicy policy) {
    Optional<String> named = signed.claims().text("iss");
    List<FederatedEntry> entries = named.map(policy::federated).orElse(List.of());
    if (entries.isEmpty()) {
      return Proof.FEDERATED.refuse("no trust has this issuer");
    }
    Optional<String> audience = signed.claims().onlyAudience();
    List<Trust> trusts =
        entries.stream()
            .map(FederatedEntry::trust)
            .filter(trust -> trust.trustDomain().isEmpty()) // JWT-SVIDs have a way of their own
            .filter(trust -> audience.equals(Optional.of(trust.audience().orElse(issuer))))
            .distinct()
            .toList();
    return switch (trusts.size()) {
      case 1 -> Outcome.ok(trusts.getFirst());
      case 0 ->
          Proof.FEDERATED.refuse(
              "aud is not, alone, the audience of trust " + entries.getFirst().trust().id());
      default -> Proof.FEDERATED.refuse("several trusts have this issuer and audience");
    };
  }

  /** Boundary: a lifetime of exactly the trust's longest will do. */
  private Outcome<Instant> checkTimes(Claims claims, Trust trust) {
    Optional<Instant> start = claims.time("iat");
    if (start.isEmpty()) {
      return refuse(trust, "must say iat");
    }
    return AssertionTimes.end(claims, clock.instant(), limits.clockSkew(), Proof.FEDERATED)
        .then(
            end -> {
              Duration life = Duration.between(start.get(), end);
              return life.isPositive() && life.compareTo(trust.maxLifetime()) <= 0
                  ? Outcome.ok(end)
                  : refuse(trust, "lives longer than " + trust.maxLifetime());
            });
  }

  private Outcome<Asked> asked(SignedAssertion signed, Trust trust, Instant end) {
    Claims claims = signed.claims();
    Optional<String> subject = claims.text("sub");
    if (subject.isEmpty()) {
      return refuse(trust, "must say sub");
    }
    if (!trust.singleUse()) {
      return Outcome.ok(new Asked(signed, trust, end, Optional.empty()));
    }
    Optional<String> jti = claims.text("jti").filter(id -> id.length() <= MAX_JTI);
    if (jti.isEmpty()) {
      return refuse(trust, "must say jti, of 1 to " + MAX_JTI + " characters");
    }
    if (end.isAfter(clock.instant().plus(UsedAssertions.HORIZON))) {
      return refuse(trust, "ends too late to be remembered as used");
    }
    UUID key = Uuids.hash(trust.issuer(), subject.get(), jti.get());
    return Outcome.ok(new Asked(signed, trust, end, Optional.of(key)));
  }

  private Uni<Outcome<Asked>> verify(Asked asked) {
    SignedAssertion signed = asked.signed();
    return keys.find(asked.trust(), signed.algorithm(), signed.kid())
        .map(
            found ->
                found.then(
                    key ->
                        key.verifies(signed.algorithm(), signed)
                            ? Outcome.ok(asked)
                            : refuse(asked.trust(), "has a signature that does not verify")));
  }

  private Outcome<Proven> identify(Asked asked, CompiledPolicy policy) {
    Trust trust = asked.trust();
    Instant now = clock.instant();
    return now.isBefore(asked.end())
        ? new VouchedFor(trust, asked.signed().claims(), Proof.FEDERATED::because)
            .under(policy, now)
            .then(who -> Outcome.ok(who.proven(asked.assertionKey(), asked.end())))
        : refuse(trust, "expired while the issuer's keys were fetched");
  }

  private static <T> Outcome<T> refuse(Trust trust, String what) {
    return Proof.FEDERATED.refuse("an assertion of trust " + trust.id() + " " + what);
  }
}
