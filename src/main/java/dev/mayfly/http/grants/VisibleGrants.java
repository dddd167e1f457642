package dev.mayfly.http.grants;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.GrantQueries;
import dev.mayfly.grant.Inbox;
import dev.mayfly.http.Ask;
import dev.mayfly.http.Caller;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Whose business a grant is; for all others it is not there. */
@ApplicationScoped
class VisibleGrants {

  private final GrantQueries grants;
  private final Inbox inbox;
  private final People people;

  VisibleGrants(GrantQueries grants, Inbox inbox, People people) {
    this.grants = grants;
    this.inbox = inbox;
    this.people = people;
  }

  /** For who may read all, who holds it, who asked for it, and who could decide it. */
  Uni<Outcome<GrantQueries.Listed>> find(String id, Caller caller) {
    return Ask.thing(id, GrantId::of)
        .thenUni(grant -> grants.one(grant).map(Ask::found))
        .chain(
            found ->
                found.thenUni(
                    one ->
                        caller.scopes().contains(Caller.READ)
                                || one.identityName().equals(caller.name())
                            ? Uni.createFrom().item(Outcome.ok(one))
                            : ifTheirs(one, caller)));
  }

  /**
   * What somebody is told who may not do this to a grant: the reason, if they may see it, and else
   * that it is not there, as every other request of theirs would say.
   */
  <T> Uni<Outcome<T>> refused(String id, Caller caller, Refusal refusal) {
    return switch (refusal) {
      case Refusal.Denied denied -> unlessHidden(id, caller, refusal);
      case Refusal.Forbidden forbidden -> unlessHidden(id, caller, refusal);
      case Refusal.Conflict conflict -> unlessHidden(id, caller, refusal);
      default -> Uni.createFrom().item(Outcome.refused(refusal));
    };
  }

  private <T> Uni<Outcome<T>> unlessHidden(String id, Caller caller, Refusal refusal) {
    return find(id, caller)
        .map(
            seen ->
                switch (seen) {
                  case Outcome.Refused<GrantQueries.Listed>(Refusal.NotFound hidden) ->
                      Outcome.refused(hidden);
                  default -> Outcome.refused(refusal);
                });
  }

  private Uni<Outcome<GrantQueries.Listed>> ifTheirs(GrantQueries.Listed one, Caller caller) {
    return people
        .who(caller)
        .chain(
            found ->
                found.thenUni(
                    who ->
                        inbox
                            .concerns(one.grant(), who.person(), who.policy())
                            .map(concerned -> concerned ? Outcome.ok(one) : notTheirs(caller))));
  }

  private static Outcome<GrantQueries.Listed> notTheirs(Caller caller) {
    return Outcome.refused(
        new Refusal.NotFound("not-found", caller.name() + " asked for a grant that is not theirs"));
  }
}
