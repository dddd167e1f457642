package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.grant.check.Checks;
import dev.mayfly.grant.check.Question;
import dev.mayfly.policy.Assessment;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Fact;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Asks anew for the outside facts that a filed grant rests on, before the transaction that decides
 * about it.
 *
 * <p>In between nothing may change that was asked about: role, holder, reason, inputs and duration
 * of a grant are never rewritten, and the transaction holds the policy version whose checks were
 * asked, or refuses. State, eligibility and approvals it judges itself. What was not asked here has
 * no answer there (rule 10).
 */
@ApplicationScoped
public class GrantFacts {

  private final Database database;
  private final Checks checks;

  public GrantFacts(Database database, Checks checks) {
    this.database = database;
    this.checks = checks;
  }

  /** A grant in its present state, with who it is for. */
  private record Found(ElevationTables.Locked locked, Person holder, Assessment assessment) {
    String requester() {
      return locked.asker().orElse(locked.holder());
    }

    Question question() {
      return new Question(
          requester(),
          holder.name(),
          Optional.of(locked.grant().id().toString()),
          Judgement.wish(locked, Map.of()),
          assessment);
    }
  }

  /** For its holder, who activates it. */
  Uni<Map<String, Fact>> forActivation(GrantId id, Person holder, CompiledPolicy policy) {
    return ask(
        policy,
        found -> holder.name(),
        tx ->
            look(tx, id, policy, GrantState.APPROVED)
                .map(
                    found ->
                        found
                            .filter(locked -> locked.grant().principal().equals(holder.id()))
                            .flatMap(locked -> found(locked, holder, policy))));
  }

  /** For its scheduled start: its holder is not there, and counts as their provider last said. */
  Uni<Map<String, Fact>> forStart(GrantId id, CompiledPolicy policy) {
    return ask(policy, Found::requester, tx -> described(tx, id, policy, GrantState.SCHEDULED));
  }

  /** For a yes, if it would count: a stranger makes nobody call out. */
  Uni<Map<String, Fact>> forApproval(GrantId id, Approvals.Deciding deciding) {
    return ask(
        deciding.policy(),
        found -> deciding.approver().name(),
        tx ->
            described(tx, id, deciding.policy(), GrantState.REQUESTED)
                .chain(
                    found ->
                        found
                            .map(one -> unlessObjected(tx, one, deciding))
                            .orElseGet(() -> Uni.createFrom().item(Optional.empty()))));
  }

  private static Uni<Optional<Found>> unlessObjected(
      SqlConnection tx, Found found, Approvals.Deciding deciding) {
    return new Judgement(deciding.policy(), found.locked().now())
        .objection(
            tx, found.assessment().role(), found.holder(), found.locked(), deciding.approver())
        .map(objection -> objection.isPresent() ? Optional.empty() : Optional.of(found));
  }

  /** What is to be asked about. */
  private interface Looking {
    Uni<Optional<Found>> in(SqlConnection tx);
  }

  /** The transaction that looks locks nothing, and is over before anything is asked. */
  private Uni<Map<String, Fact>> ask(
      CompiledPolicy policy, Function<Found, String> actor, Looking looking) {
    return policy.withChecks().isEmpty()
        ? Uni.createFrom().item(Map.of())
        : database
            .inTransaction(looking::in)
            .chain(
                found ->
                    found
                        .map(one -> checks.ask(one.question(), actor.apply(one)))
                        .orElseGet(() -> Uni.createFrom().item(Map.of())));
  }

  private static Uni<Optional<ElevationTables.Locked>> look(
      SqlConnection tx, GrantId id, CompiledPolicy policy, GrantState state) {
    return ElevationTables.look(tx, id)
        .map(
            found ->
                found
                    .filter(one -> one.grant().state() == state)
                    .filter(one -> policy.withChecks().contains(one.grant().role())));
  }

  private static Uni<Optional<Found>> described(
      SqlConnection tx, GrantId id, CompiledPolicy policy, GrantState state) {
    return look(tx, id, policy, state)
        .chain(
            found ->
                found
                    .map(locked -> described(tx, locked, policy))
                    .orElseGet(() -> Uni.createFrom().item(Optional.empty())));
  }

  private static Uni<Optional<Found>> described(
      SqlConnection tx, ElevationTables.Locked locked, CompiledPolicy policy) {
    IdentityId id = locked.grant().principal();
    return People.latest(tx, List.of(id), policy, locked.now())
        .map(
            people ->
                Optional.ofNullable(people.get(id))
                    .flatMap(holder -> found(locked, holder, policy)));
  }

  private static Optional<Found> found(
      ElevationTables.Locked locked, Person holder, CompiledPolicy policy) {
    return new Judgement(policy, locked.now()).assess(holder, locked, Map.of())
            instanceof Outcome.Ok<Assessment>(Assessment assessment)
        ? Optional.of(new Found(locked, holder, assessment))
        : Optional.empty();
  }
}
