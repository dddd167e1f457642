package dev.mayfly.credential;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.StandingGrants;
import dev.mayfly.identity.Identities;
import dev.mayfly.key.KeyRings;
import dev.mayfly.key.SigningKey;
import dev.mayfly.policy.Allowed;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Entitlement;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The mint, from a proven caller to a signed credential: decide, find the grant, record, sign. The
 * ledger's statement has the last word; where it says that this node's view is old (grant, policy,
 * key, list), the view is renewed and the mint starts over.
 */
@ApplicationScoped
public class Minting {

  /** Enough for each view to be old once. */
  private static final int TRIES = 5;

  private final PolicyBook book;
  private final Identities identities;
  private final StandingGrants grants;
  private final Slots slots;
  private final KeyRings rings;
  private final Ledger ledger;
  private final Redelivery redelivery;
  private final Denials denials;
  private final Answering answering;
  private final InstantSource clock;

  public Minting(
      PolicyBook book,
      Identities identities,
      StandingGrants grants,
      Slots slots,
      KeyRings rings,
      Ledger ledger,
      Redelivery redelivery,
      Denials denials,
      Answering answering,
      InstantSource clock) {
    this.book = book;
    this.identities = identities;
    this.grants = grants;
    this.slots = slots;
    this.rings = rings;
    this.ledger = ledger;
    this.redelivery = redelivery;
    this.denials = denials;
    this.answering = answering;
    this.clock = clock;
  }

  /**
   * Mints, or refuses and leaves an audit event that says so.
   *
   * @return fails only when the database is lost (rule 10) or with {@link LedgerBusy}
   */
  public Uni<Outcome<Minted>> mint(MintRequest request) {
    return decide(new Attempt(request, false, TRIES));
  }

  /**
   * @param assertionUsed the ledger has already taken this request's assertion, so it must not be
   *     asked about it again
   */
  private record Attempt(MintRequest request, boolean assertionUsed, int tries) {
    Attempt next() {
      return new Attempt(request, assertionUsed, tries - 1);
    }

    Attempt withAssertionUsed() {
      return new Attempt(request, true, tries);
    }
  }

  /** What one try has come to know: everything the ledger and the signature need. */
  private record Plan(
      Attempt attempt, long policyVersion, Allowed allowed, IdentityId identity, SigningKey key) {
    MintRequest request() {
      return attempt.request();
    }

    Order order() {
      return attempt.request().order();
    }

    String name() {
      return attempt.request().proven().name();
    }
  }

  private Uni<Outcome<Minted>> decide(Attempt attempt) {
    if (attempt.tries() == 0) {
      return refused(
          new Refusal.Unavailable("mint-contended", "the ledger kept changing its mind"));
    }
    CompiledPolicy policy = book.current();
    MintRequest request = attempt.request();
    return switch (request
        .judgedUnder(policy)
        .then(whose -> policy.decide(whose, request.ask(), clock.instant()))) {
      case Outcome.Refused<Allowed>(Refusal refusal) -> deny(attempt, refusal);
      case Outcome.Ok<Allowed>(Allowed allowed) -> identify(attempt, policy, allowed);
    };
  }

  private Uni<Outcome<Minted>> identify(Attempt attempt, CompiledPolicy policy, Allowed allowed) {
    return identities
        .idOf(attempt.request().proven(), policy)
        .chain(
            outcome ->
                switch (outcome) {
                  case Outcome.Refused<IdentityId>(Refusal refusal) -> deny(attempt, refusal);
                  case Outcome.Ok<IdentityId>(IdentityId id) ->
                      rings
                          .active(attempt.request().order().ring(allowed.role()))
                          .map(
                              key -> ordered(new Plan(attempt, policy.version(), allowed, id, key)))
                          .orElseGet(Minting::noKey);
                });
  }

  private Uni<Outcome<Minted>> ordered(Plan plan) {
    return plan.order()
        .ready(plan.key())
        .chain(
            () ->
                plan.order()
                    .objection(plan.allowed(), plan.key())
                    .map(refusal -> deny(plan.attempt(), refusal))
                    .orElseGet(() -> findGrant(plan)));
  }

  private static Uni<Outcome<Minted>> noKey() {
    return refused(new Refusal.Unavailable("no-active-key", "the ring has no ACTIVE key"));
  }

  /** What must be requested is minted under what was: a standing grant is never made for it. */
  private Uni<Outcome<Minted>> findGrant(Plan plan) {
    if (plan.request().under().isPresent()) {
      return record(plan, plan.request().under().get());
    }
    if (plan.allowed().entitlement().type() == Entitlement.Type.ELIGIBLE) {
      return deny(
          plan.attempt(),
          new Refusal.Denied(
              "request-needed", plan.name() + " may only request " + plan.allowed().role().id()));
    }
    return grants
        .find(plan.identity(), plan.allowed().role())
        .map(grant -> record(plan, grant))
        .orElseGet(() -> ensureGrant(plan));
  }

  private Uni<Outcome<Minted>> ensureGrant(Plan plan) {
    return grants
        .ensure(
            plan.identity(),
            plan.name(),
            plan.allowed(),
            plan.policyVersion(),
            plan.request().requestId())
        .chain(
            outcome ->
                switch (outcome) {
                  case Outcome.Ok<GrantId>(GrantId grant) -> record(plan, grant);
                  case Outcome.Refused<GrantId>(Refusal.Conflict changed) ->
                      book.refresh().chain(() -> decide(plan.attempt().next()));
                  case Outcome.Refused<GrantId>(Refusal refusal) -> deny(plan.attempt(), refusal);
                });
  }

  private Uni<Outcome<Minted>> record(Plan plan, GrantId grant) {
    return slots
        .take(plan.order().list(), plan.key(), ttl(plan))
        .chain(
            slot -> {
              Entry entry = entry(plan, grant, slot);
              return ledger.record(entry).chain(verdict -> conclude(plan, entry, verdict));
            });
  }

  /**
   * A policy may allow more than the ring's keys are made for; beyond it no partition need stand
   * ahead, and one such mint would fail all that share its statement.
   */
  private Duration ttl(Plan plan) {
    Duration asked = plan.allowed().ttl();
    return rings
        .longest(plan.order().ring(plan.allowed().role()))
        .filter(longest -> longest.compareTo(asked) < 0)
        .orElse(asked);
  }

  private Entry entry(Plan plan, GrantId grant, Slot slot) {
    Allowed allowed = plan.allowed();
    Optional<String> jkt = plan.order().thumbprint(allowed.role());
    Optional<Entry.SingleUse> assertion =
        plan.attempt().assertionUsed()
            ? Optional.empty()
            : Entry.SingleUse.of(plan.request().proven());
    return new Entry(
        plan.order().newId(clock),
        grant,
        plan.identity(),
        plan.name(),
        plan.order().kind(),
        plan.key().id(),
        plan.policyVersion(),
        ttl(plan),
        Sorted.join(allowed.audiences()),
        Sorted.join(allowed.scopes()),
        slot,
        jkt,
        assertion,
        Entry.Idempotency.of(plan.identity(), plan.request(), jkt),
        plan.request().requestId(),
        allowed.role().announce(),
        plan.request().onBehalf().map(who -> new Entry.Acting(who.person().name(), who.task())));
  }

  private Uni<Outcome<Minted>> conclude(Plan plan, Entry entry, Verdict verdict) {
    return switch (verdict) {
      case Verdict.Recorded recorded -> Uni.createFrom().item(sign(plan, entry, recorded));
      case Verdict.Redeliver again ->
          redelivery
              .deliver(entry, plan.order(), plan.allowed().role())
              .chain(o -> orDeny(plan, o));
      case Verdict.Rejected(Verdict.Reason reason) -> startOver(plan, entry, reason);
    };
  }

  /** What is recorded by now and cannot be signed is among what was never delivered. */
  private Outcome<Minted> sign(Plan plan, Entry entry, Verdict.Recorded recorded) {
    Facts facts = Facts.of(entry, recorded);
    Outcome<String> signed = plan.order().sign(facts, plan.allowed().role(), plan.key());
    return switch (signed) {
      case Outcome.Ok<String>(String token) -> Outcome.ok(minted(token, plan, entry, recorded));
      case Outcome.Refused<String>(Refusal refusal) -> {
        answering.neverAnswered(entry.id());
        yield Outcome.refused(refusal);
      }
    };
  }

  private static Minted minted(String token, Plan plan, Entry entry, Verdict.Recorded recorded) {
    return new Minted(
        token,
        Duration.between(recorded.issuedAt(), recorded.expiresAt()),
        entry.scope(),
        entry.audience(),
        plan.allowed().role().id(),
        entry.grant(),
        entry.id(),
        entry.jkt());
  }

  private Uni<Outcome<Minted>> startOver(Plan plan, Entry entry, Verdict.Reason reason) {
    Attempt next = plan.attempt().next();
    return switch (reason) {
      case POLICY -> book.refresh().chain(() -> decide(next));
      case KEY -> rings.refresh().chain(() -> decide(next));
      case GRANT, ENDED -> {
        if (plan.request().under().isPresent()) {
          yield deny(
              plan.attempt(),
              new Refusal.Denied("grant-not-live", "grant " + entry.grant() + " is not live"));
        }
        grants.forget(plan.identity(), plan.allowed().role());
        yield decide(next);
      }
      case RENEW -> next.tries() == 0 ? decide(next) : ensureGrant(planOf(plan, next));
      case LIST -> {
        slots.forget(entry.slot().list());
        yield decide(next);
      }
      case IDEMPOTENCY_RACE -> decide(next.withAssertionUsed());
      case IDENTITY ->
          deny(
              plan.attempt(),
              new Refusal.Denied("identity-inactive", plan.name() + " is not active"));
      case REPLAYED -> refused(Denials.replayed(plan.request().proven()));
      case IDEMPOTENCY_MISMATCH ->
          refused(
              new Refusal.Conflict(
                  "idempotency-mismatch",
                  "this Idempotency-Key was used for a different request; use a new key"));
    };
  }

  private static Plan planOf(Plan plan, Attempt attempt) {
    return new Plan(attempt, plan.policyVersion(), plan.allowed(), plan.identity(), plan.key());
  }

  private Uni<Outcome<Minted>> orDeny(Plan plan, Outcome<Minted> outcome) {
    return switch (outcome) {
      case Outcome.Ok<Minted> ok -> Uni.createFrom().item(ok);
      case Outcome.Refused<Minted>(Refusal refusal) ->
          deny(plan.attempt().withAssertionUsed(), refusal);
    };
  }

  private Uni<Outcome<Minted>> deny(Attempt attempt, Refusal refusal) {
    return denials
        .record(attempt.request(), attempt.assertionUsed(), book.current().version(), refusal)
        .map(Outcome::refused);
  }

  private static Uni<Outcome<Minted>> refused(Refusal refusal) {
    return Uni.createFrom().item(Outcome.refused(refusal));
  }
}
