package dev.mayfly.credential;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.LiveGrants;
import dev.mayfly.grant.Person;
import dev.mayfly.policy.Ask;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.Optional;

/**
 * The mint of somebody who is logged in: under the grant they asked for and got, or under their
 * session. The way down is that of every mint; here is only found which grant it goes under, and
 * what that grant was narrowed to.
 */
@ApplicationScoped
public class ElevatedMinting {

  private final PolicyBook book;
  private final LiveGrants grants;
  private final Minting minting;
  private final InstantSource clock;

  public ElevatedMinting(PolicyBook book, LiveGrants grants, Minting minting, InstantSource clock) {
    this.book = book;
    this.grants = grants;
    this.minting = minting;
    this.clock = clock;
  }

  /**
   * What a person wants minted.
   *
   * @param role that they hold a grant over
   * @param grant one of several, where it matters
   * @param ask narrower than the grant, never wider; names the role
   */
  public record Wanted(
      Person person,
      String role,
      Optional<GrantId> grant,
      Ask ask,
      Optional<String> idempotencyKey,
      Order order,
      String requestId) {}

  /** Mints under the session itself: what a session's role gives. */
  public Uni<Outcome<Minted>> session(Wanted wanted) {
    return minting.mint(request(wanted, wanted.ask(), wanted.person().session()));
  }

  /**
   * Mints under the live grant over the role.
   *
   * @return refused with {@code no-live-grant} when there is none
   */
  public Uni<Outcome<Minted>> mint(Wanted wanted) {
    return grants
        .find(wanted.person().id(), wanted.role(), wanted.grant())
        .chain(
            found ->
                found
                    .map(live -> under(wanted, live))
                    .orElseGet(
                        () ->
                            refused(
                                new Refusal.Denied(
                                    "no-live-grant",
                                    wanted.person().name()
                                        + " holds no live grant over what they ask for"))));
  }

  private Uni<Outcome<Minted>> under(Wanted wanted, LiveGrants.Live live) {
    CompiledPolicy policy = book.current();
    if (!UnderGrant.isEligible(wanted.person(), wanted.role(), policy, clock.instant())) {
      return grants
          .endAsLost(live.id())
          .chain(
              () ->
                  refused(
                      new Refusal.Denied(
                          "no-longer-eligible",
                          wanted.person().name() + " may no longer have " + wanted.role())));
    }
    return UnderGrant.narrow(wanted.ask(), live.narrowing())
        .thenUni(ask -> minting.mint(request(wanted, ask, live.id())));
  }

  private static MintRequest request(Wanted wanted, Ask ask, GrantId grant) {
    return new MintRequest(
        UnderGrant.proven(wanted.person()),
        ask,
        wanted.idempotencyKey(),
        wanted.order(),
        Optional.of(grant),
        wanted.requestId());
  }

  private static Uni<Outcome<Minted>> refused(Refusal refusal) {
    return Uni.createFrom().item(Outcome.refused(refusal));
  }
}
