package dev.mayfly.http.grants;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.Delegations;
import dev.mayfly.grant.Elevations;
import dev.mayfly.grant.Grant;
import dev.mayfly.grant.Person;
import dev.mayfly.http.Caller;
import dev.mayfly.policy.Wish;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** From the body of a request to what came of it: who asks, for whom, and who is to act. */
@ApplicationScoped
class Requesting {

  private final People people;
  private final Elevations elevations;
  private final Delegations delegations;

  Requesting(People people, Elevations elevations, Delegations delegations) {
    this.people = people;
    this.elevations = elevations;
    this.delegations = delegations;
  }

  /**
   * A request, read, with who asks and for whom.
   *
   * @param agent who is to act for them, where somebody is
   */
  private record Asked(
      RequestBody body, Elevations.Asking asking, Optional<Delegations.Named> agent) {
    List<Wish> wishes() {
      return body.wishes(asking.policy());
    }

    /** Who is to hold what is asked for. */
    String holder() {
      return agent.map(one -> one.agent().name()).orElse(asking.holder().name());
    }
  }

  /** Files a request for each role, all or none. */
  Uni<Outcome<GrantWire.Requested>> file(byte @Nullable [] body, Caller caller, String requestId) {
    return asked(body, caller, requestId)
        .chain(one -> one.then(Requesting::confirmed).thenUni(this::file));
  }

  /** Says what would come of it. */
  Uni<Outcome<GrantWire.DryRun>> preview(byte @Nullable [] body, Caller caller, String requestId) {
    return asked(body, caller, requestId)
        .chain(
            one ->
                one.then(Requesting::forAPerson)
                    .thenUni(asked -> elevations.preview(asked.asking(), asked.wishes())))
        .map(
            outcome ->
                outcome.then(
                    previews ->
                        Outcome.ok(
                            new GrantWire.DryRun(
                                previews.stream().map(GrantWire.DryRunRole::of).toList()))));
  }

  /** Makes sure of one role. */
  Uni<Outcome<GrantWire.GrantView>> ensure(
      byte @Nullable [] body, Caller caller, String requestId) {
    return asked(body, caller, requestId)
        .chain(
            one ->
                one.then(Requesting::oneRole)
                    .thenUni(
                        asked ->
                            ensured(asked)
                                .map(
                                    outcome ->
                                        outcome.then(
                                            grant ->
                                                Outcome.ok(
                                                    GrantWire.GrantView.of(
                                                        grant, asked.holder()))))));
  }

  private Uni<Outcome<Grant>> ensured(Asked asked) {
    Wish wish = asked.wishes().getFirst();
    return asked
        .agent()
        .map(agent -> delegations.ensure(asked.asking(), agent, wish))
        .orElseGet(() -> elevations.ensure(asked.asking(), wish));
  }

  private Uni<Outcome<GrantWire.Requested>> file(Asked asked) {
    return filed(asked)
        .map(
            outcome ->
                outcome.then(grants -> Outcome.ok(GrantWire.Requested.of(grants, asked.holder()))));
  }

  private Uni<Outcome<List<Grant>>> filed(Asked asked) {
    return asked
        .agent()
        .map(
            agent ->
                delegations
                    .request(asked.asking(), agent, asked.wishes().getFirst())
                    .map(outcome -> outcome.then(grant -> Outcome.ok(List.of(grant)))))
        .orElseGet(() -> elevations.request(asked.asking(), asked.wishes()));
  }

  private Uni<Outcome<Asked>> asked(byte @Nullable [] body, Caller caller, String requestId) {
    return RequestBody.parse(body)
        .thenUni(
            request ->
                people
                    .who(caller, Caller.REQUEST)
                    .chain(found -> found.thenUni(who -> asked(request, who, requestId))));
  }

  private Uni<Outcome<Asked>> asked(RequestBody request, People.Who who, String requestId) {
    Elevations.Manner manner =
        request.breakGlass() ? Elevations.Manner.BREAK_GLASS : Elevations.Manner.ORDINARY;
    Uni<Outcome<Person>> holder =
        request
            .holder()
            .map(name -> people.named(name, who.policy()))
            .orElseGet(() -> Uni.createFrom().item(Outcome.ok(who.person())));
    return holder.map(
        found ->
            found.then(
                person ->
                    agent(request, who)
                        .then(
                            agent ->
                                Outcome.ok(
                                    new Asked(
                                        request,
                                        new Elevations.Asking(
                                            who.person(), person, who.policy(), manner, requestId),
                                        agent)))));
  }

  private static Outcome<Optional<Delegations.Named>> agent(RequestBody request, People.Who who) {
    if (request.agent().isEmpty()) {
      return Outcome.ok(Optional.empty());
    }
    return who.policy()
        .agent(request.agent().get())
        .then(
            agent ->
                Outcome.ok(
                    Optional.of(new Delegations.Named(agent, request.task().orElseThrow()))));
  }

  /** What nobody approves beforehand is meant twice. */
  private static Outcome<Asked> confirmed(Asked asked) {
    return asked.body().breakGlass() && !asked.body().confirmed()
        ? Outcome.refused(
            new Refusal.Conflict(
                "confirmation-needed",
                "a break-glass is told at once to everybody who is skipped and to the role's owner,"
                    + " and is reviewed: repeat it with confirm if it is meant"))
        : Outcome.ok(asked);
  }

  private static Outcome<Asked> forAPerson(Asked asked) {
    return asked.agent().isEmpty()
        ? Outcome.ok(asked)
        : Outcome.refused(
            new Refusal.Malformed("malformed-parameter", "a dry run is for oneself, no agent"));
  }

  private static Outcome<Asked> oneRole(Asked asked) {
    boolean plain =
        asked.body().roles().size() == 1
            && !asked.body().breakGlass()
            && asked.body().holder().isEmpty();
    return plain
        ? Outcome.ok(asked)
        : Outcome.refused(
            new Refusal.Malformed(
                "malformed-parameter",
                "roles must name one role, for oneself, and no break-glass"));
  }
}
