package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.identity.Identities;
import dev.mayfly.policy.Agent;
import dev.mayfly.policy.Fact;
import dev.mayfly.policy.Wish;
import dev.mayfly.store.Database;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What people ask for their agents (docs/decisions/0009). It is bounded by what the person may ask
 * for, and decided under the role's rule as if it were for them; a part of what they hold already
 * needs no new decision. It ends with the session that asked.
 */
@ApplicationScoped
public class Delegations {

  private final Database database;
  private final Identities identities;
  private final AgentWishes wishes;
  private final Filing filing;
  private final Activations activations;

  public Delegations(
      Database database,
      Identities identities,
      AgentWishes wishes,
      Filing filing,
      Activations activations) {
    this.database = database;
    this.identities = identities;
    this.wishes = wishes;
    this.filing = filing;
    this.activations = activations;
  }

  /**
   * Who is to act.
   *
   * @param task what they do for the person, in a word that both know: it stands in each token
   */
  public record Acting(IdentityId id, Agent agent, String task) {}

  /** Who a person names, and what for. */
  public record Named(Agent agent, String task) {}

  /**
   * Files a request; a part of what the person holds is ACTIVE at once.
   *
   * @param asking of the person, for themselves
   */
  public Uni<Outcome<Grant>> request(Elevations.Asking asking, Named named, Wish wish) {
    return known(asking, named)
        .chain(found -> found.thenUni(known -> heardFirst(known, wish, this::request)));
  }

  /**
   * The live grant for this task, the approved one activated, the one that waits, or a new request.
   */
  public Uni<Outcome<Grant>> ensure(Elevations.Asking asking, Named named, Wish wish) {
    return known(asking, named)
        .chain(found -> found.thenUni(known -> heardFirst(known, wish, this::ensure)));
  }

  /** What is done in the transaction, knowing what was heard of the outside. */
  private interface Step {
    Uni<Outcome<Grant>> in(
        SqlConnection tx, Elevations.Asking asking, Wish wish, AgentWishes.Heard heard);
  }

  private Uni<Outcome<Grant>> heardFirst(Elevations.Asking asking, Wish wish, Step step) {
    return wishes
        .hear(asking, wish)
        .chain(
            outcome ->
                outcome.thenUni(
                    heard ->
                        database.inTransaction(
                            tx ->
                                hold(tx, asking)
                                    .chain(
                                        held ->
                                            held.thenUni(
                                                yes -> step.in(tx, asking, wish, heard))))));
  }

  private Uni<Outcome<Elevations.Asking>> known(Elevations.Asking asking, Named named) {
    return ownWish(asking)
        .thenUni(own -> identities.idOf(named.agent(), own.asker().name(), own.policy()))
        .map(
            known ->
                known.then(
                    id ->
                        Outcome.ok(
                            new Elevations.Asking(
                                asking.asker(),
                                asking.holder(),
                                asking.policy(),
                                asking.manner(),
                                Optional.of(new Acting(id, named.agent(), named.task())),
                                asking.requestId()))));
  }

  /** Nobody lends an agent what another person may do, or what nobody has decided. */
  private static Outcome<Elevations.Asking> ownWish(Elevations.Asking asking) {
    if (asking.onBehalf()) {
      return forbidden("not-on-behalf", "an agent acts for who asks, and for nobody else");
    }
    return asking.manner() == Elevations.Manner.BREAK_GLASS
        ? forbidden("no-break-glass", "no agent is given what nobody decides beforehand")
        : Outcome.ok(asking);
  }

  private Uni<Outcome<Grant>> request(
      SqlConnection tx, Elevations.Asking asking, Wish wish, AgentWishes.Heard heard) {
    return file(tx, asking, wish, heard)
        .chain(
            outcome ->
                outcome.thenUni(
                    filed ->
                        filed.isPart()
                            ? goOn(tx, asking, filed)
                            : Uni.createFrom().item(Outcome.ok(filed.grant()))));
  }

  private Uni<Outcome<Grant>> ensure(
      SqlConnection tx, Elevations.Asking asking, Wish wish, AgentWishes.Heard heard) {
    return DelegationTables.open(tx, asking, wish.role())
        .chain(
            open ->
                open.map(
                        grant ->
                            activations.activateIfApproved(tx, asking, grant, heard.of(grant.id())))
                    .orElseGet(
                        () ->
                            file(tx, asking, wish, heard)
                                .chain(
                                    outcome -> outcome.thenUni(filed -> goOn(tx, asking, filed)))));
  }

  private Uni<Outcome<Grant>> goOn(SqlConnection tx, Elevations.Asking asking, Filed filed) {
    return activations.activateIfApproved(tx, asking, filed.grant(), filed.facts());
  }

  /** In the order of everybody: policy, person, agent. */
  private static Uni<Outcome<Boolean>> hold(SqlConnection tx, Elevations.Asking asking) {
    return Activations.hold(tx, asking.policy(), asking.holder(), asking.asker().session())
        .chain(
            held ->
                held.thenUni(
                    yes ->
                        DelegationTables.holdAgent(tx, asking.agent().orElseThrow().id())
                            .map(Delegations::active)));
  }

  private static Outcome<Boolean> active(boolean active) {
    return active
        ? Outcome.ok(true)
        : Outcome.refused(new Refusal.Denied("identity-inactive", "the agent is not active"));
  }

  /** What was just filed, and the outside facts that it rests on. */
  private record Filed(Grant grant, boolean isPart, Map<String, Fact> facts) {}

  private Uni<Outcome<Filed>> file(
      SqlConnection tx, Elevations.Asking asking, Wish wish, AgentWishes.Heard heard) {
    return DelegationTables.basis(tx, asking, wish.role())
        .map(
            basis ->
                basis.isSessionLive()
                    ? wishes.judge(asking, wish, basis.held(), heard)
                    : Outcome.<AgentWishes.Judged>refused(
                        new Refusal.Conflict(
                            "session-ended", "the session has ended: log in again")))
        .chain(judged -> judged.thenUni(one -> file(tx, asking, one)));
  }

  private Uni<Outcome<Filed>> file(
      SqlConnection tx, Elevations.Asking asking, AgentWishes.Judged one) {
    Filing.Links links = one.partOf().map(Filing.Links::partOf).orElse(Filing.Links.NONE);
    return filing
        .file(tx, asking, one.assessed(), links, List.of())
        .map(
            filed ->
                filed.then(
                    grant ->
                        Outcome.ok(
                            new Filed(
                                grant, one.partOf().isPresent(), one.assessed().wish().checks()))));
  }

  private static <T> Outcome<T> forbidden(String code, String say) {
    return Outcome.refused(new Refusal.Forbidden(code, say));
  }
}
