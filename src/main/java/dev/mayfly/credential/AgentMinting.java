package dev.mayfly.credential;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.LiveDelegations;
import dev.mayfly.grant.Person;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Form;
import dev.mayfly.policy.PolicyBook;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * The mint of an agent: under the grant that somebody asked for it, for as long as that person may
 * have what it gives. Here is found which grant, and who is judged; the way down is that of every
 * mint, with the agent as who holds the credential. It is given no X.509 certificate: that would
 * name the person alone, and nobody could tell the two apart.
 */
@ApplicationScoped
public class AgentMinting {

  private final PolicyBook book;
  private final LiveDelegations delegations;
  private final Minting minting;
  private final Denials denials;
  private final InstantSource clock;

  public AgentMinting(
      PolicyBook book,
      LiveDelegations delegations,
      Minting minting,
      Denials denials,
      InstantSource clock) {
    this.book = book;
    this.delegations = delegations;
    this.minting = minting;
    this.denials = denials;
    this.clock = clock;
  }

  /**
   * Mints, or refuses and leaves an audit event that says so.
   *
   * @param request of an agent; {@code under} is the grant it names, where it names one
   * @return refused with {@code no-live-grant} when there is none, {@code grant-ambiguous} when it
   *     is open for whom or for what it acts
   */
  public Uni<Outcome<Minted>> mint(MintRequest request) {
    if (request.ask().form() == Form.X509) {
      return deny(
          request,
          new Refusal.Denied(
              "agent-certificate",
              request.proven().name() + " asks for a certificate, which cannot say who acts"));
    }
    Optional<String> role = request.ask().role();
    if (role.isEmpty()) {
      return refused(new Refusal.Malformed("missing-parameter", "role is required"));
    }
    CompiledPolicy policy = book.current();
    return delegations
        .find(request.proven().name(), role.get(), request.under(), policy)
        .chain(live -> choose(request, role.get(), live, policy));
  }

  private Uni<Outcome<Minted>> choose(
      MintRequest request, String role, List<LiveDelegations.Live> live, CompiledPolicy policy) {
    if (live.isEmpty()) {
      return deny(
          request,
          new Refusal.Denied(
              "no-live-grant",
              request.proven().name() + " acts for nobody under what it asks for"));
    }
    return LiveDelegations.isOneTask(live)
        ? under(request, role, live.getFirst(), policy)
        : deny(
            request,
            new Refusal.Malformed(
                "grant-ambiguous", "more than one task fits: name one with the grant parameter"));
  }

  private Uni<Outcome<Minted>> under(
      MintRequest request, String role, LiveDelegations.Live live, CompiledPolicy policy) {
    Optional<Person> person =
        live.person()
            .filter(one -> policy.mayAct(request.proven().entry().id(), role))
            .filter(one -> UnderGrant.isEligible(one, role, policy, clock.instant()));
    if (person.isEmpty()) {
      return delegations
          .endAsLost(live.id())
          .chain(
              () ->
                  deny(
                      request,
                      new Refusal.Denied(
                          "no-longer-eligible",
                          live.actsFor() + " may no longer have this agent act under " + role)));
    }
    MintRequest.OnBehalf onBehalf =
        new MintRequest.OnBehalf(UnderGrant.proven(person.get()), live.task());
    return switch (UnderGrant.narrow(request.ask(), live.narrowing())) {
      case Outcome.Ok<dev.mayfly.policy.Ask>(var ask) ->
          minting.mint(request.actingFor(onBehalf, live.id(), ask));
      case Outcome.Refused<dev.mayfly.policy.Ask>(Refusal refusal) -> deny(request, refusal);
    };
  }

  private Uni<Outcome<Minted>> deny(MintRequest request, Refusal refusal) {
    return denials.record(request, false, book.current().version(), refusal).map(Outcome::refused);
  }

  private static Uni<Outcome<Minted>> refused(Refusal refusal) {
    return Uni.createFrom().item(Outcome.refused(refusal));
  }
}
