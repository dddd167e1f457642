package dev.mayfly.identity;

import dev.mayfly.MayflyConfig;
import dev.mayfly.Outcome;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.IdentityEntry;
import dev.mayfly.policy.Proving.PrivateKeyJwt;
import dev.mayfly.store.Uuids;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Proves a client that signs its own assertions (RFC 7523 as its revision rfc7523bis has it,
 * private_key_jwt). No database: that an assertion is used once only is for whoever acts on it.
 *
 * <p>Everything that is the same for every client is checked first; then exactly one signature is
 * verified, the client's or a decoy's, so that the time an answer takes does not tell who exists.
 */
@ApplicationScoped
public class ClientAssertions {

  private static final int MAX_JTI = 256;

  private final AssertionReader reader;
  private final IdentityLimits limits;
  private final String issuer;
  private final InstantSource clock;
  private final DecoyKeys decoys = new DecoyKeys();
  private volatile ParsedKeys parsed = new ParsedKeys(Optional.empty());

  /** The keys of the clients seen under one policy; another policy starts an empty one. */
  private record ParsedKeys(Optional<CompiledPolicy> policy, Map<String, VerifyingKeys> byClient) {
    ParsedKeys(Optional<CompiledPolicy> policy) {
      this(policy, new ConcurrentHashMap<>());
    }

    VerifyingKeys of(PrivateKeyJwt client) {
      return byClient.computeIfAbsent(client.spiffeId(), id -> VerifyingKeys.of(client.keys()));
    }
  }

  /** A client that may have signed: its entry and the key that would verify it. */
  private record Candidate(IdentityEntry entry, VerifyingKey key) {}

  public ClientAssertions(MayflyConfig mayfly, IdentityLimits limits, InstantSource clock) {
    this.reader = new AssertionReader(limits);
    this.limits = limits;
    this.issuer = mayfly.issuer();
    this.clock = clock;
  }

  /**
   * Who signed this, if it is a client of this policy and the assertion is alive.
   *
   * @param clientIdParameter the request's {@code client_id}, which then must be the same client
   * @return {@link dev.mayfly.Refusal.Unauthenticated} for whatever reason it is refused
   */
  public Outcome<Proven> prove(
      String assertion, Optional<String> clientIdParameter, CompiledPolicy policy) {
    return reader
        .read(assertion, Proof.CLIENT)
        .then(signed -> checkClaims(signed, clientIdParameter))
        .then(asked -> verify(asked, policy));
  }

  /** An assertion whose claims would do, if the client exists and signed it. */
  private record Asked(SignedAssertion signed, String client, String jti, Instant end) {}

  private Outcome<Asked> checkClaims(SignedAssertion signed, Optional<String> clientIdParameter) {
    Claims claims = signed.claims();
    Optional<String> client = claims.text("iss");
    if (client.isEmpty() || !client.equals(claims.text("sub"))) {
      return Proof.CLIENT.refuse("iss and sub are not both the client id");
    }
    if (clientIdParameter.isPresent() && !clientIdParameter.equals(client)) {
      return Proof.CLIENT.refuse("client_id is not the client that the assertion names");
    }
    if (!claims.onlyAudience().equals(Optional.of(issuer))) {
      return Proof.CLIENT.refuse("aud is not this issuer and only this issuer");
    }
    Optional<String> jti = claims.text("jti").filter(id -> id.length() <= MAX_JTI);
    if (jti.isEmpty()) {
      return Proof.CLIENT.refuse("jti is not a string of 1 to " + MAX_JTI + " characters");
    }
    Instant now = clock.instant();
    return AssertionTimes.end(claims, now, limits.clockSkew(), Proof.CLIENT)
        .then(end -> checkLifetime(end, now))
        .then(end -> Outcome.ok(new Asked(signed, client.get(), jti.get(), end)));
  }

  /** Exactly the lifetime ahead will do: {@code exp} = now + 5 min. */
  private Outcome<Instant> checkLifetime(Instant end, Instant now) {
    return end.isAfter(now.plus(limits.clientAssertionLifetime()))
        ? Proof.CLIENT.refuse(
            "exp is more than " + limits.clientAssertionLifetime() + " in the future")
        : Outcome.ok(end);
  }

  private Outcome<Proven> verify(Asked asked, CompiledPolicy policy) {
    SignedAssertion signed = asked.signed();
    Outcome<Candidate> candidate = candidate(asked, policy);
    return switch (candidate) {
      case Outcome.Refused<Candidate>(var refusal) -> {
        decoys.of(signed.algorithm()).verifies(signed.algorithm(), signed);
        yield Outcome.refused(refusal);
      }
      case Outcome.Ok<Candidate>(Candidate(IdentityEntry entry, VerifyingKey key)) ->
          key.verifies(signed.algorithm(), signed)
              ? Outcome.ok(proven(asked, entry))
              : Proof.CLIENT.refuse("the signature of " + entry.id() + " does not verify");
    };
  }

  private Outcome<Candidate> candidate(Asked asked, CompiledPolicy policy) {
    Optional<IdentityEntry> entry = policy.client(asked.client());
    if (entry.isEmpty() || !(entry.get().proving() instanceof PrivateKeyJwt client)) {
      return Proof.CLIENT.refuse("the policy knows no such client");
    }
    SignatureAlgorithm algorithm = asked.signed().algorithm();
    if (!client.algorithms().contains(algorithm.joseName())) {
      return Proof.CLIENT.refuse(entry.get().id() + " may not sign with " + algorithm.joseName());
    }
    return keysOf(client, policy)
        .pick(algorithm, asked.signed().kid())
        .map(key -> Outcome.ok(new Candidate(entry.get(), key)))
        .orElseGet(
            () ->
                Proof.CLIENT.refuse(
                    "not exactly one key of " + entry.get().id() + " fits kid and alg"));
  }

  /** Two threads that meet a new policy at once both start over; one of them wins, no harm done. */
  private VerifyingKeys keysOf(PrivateKeyJwt client, CompiledPolicy policy) {
    ParsedKeys current = parsed;
    if (current.policy().orElse(null) != policy) {
      current = new ParsedKeys(Optional.of(policy));
      parsed = current;
    }
    return current.of(client);
  }

  private static Proven proven(Asked asked, IdentityEntry entry) {
    String client = asked.client();
    return new Proven(
        client, entry, Map.of(), Optional.of(Uuids.hash(client, client, asked.jti())), asked.end());
  }
}
