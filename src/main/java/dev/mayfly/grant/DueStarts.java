package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.policy.Assessment;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Fact;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Begins a SCHEDULED grant whose time has come, as far as its holder is still who they were: judged
 * by what their provider last said. What does not hold then takes it back.
 */
@ApplicationScoped
public class DueStarts {

  private static final String REAPER = "system:reaper";
  private static final Because NOT_ELIGIBLE =
      new Because(REAPER, "no longer eligible at its start", "");
  private static final Because NO_ANSWER =
      new Because(REAPER, "its checks had no answer at its start", "");

  private final GrantMachine machine;

  public DueStarts(GrantMachine machine) {
    this.machine = machine;
  }

  /** Of a role that rests on no outside facts; refused when it can never become active. */
  Uni<Outcome<Grant>> begin(SqlConnection tx, GrantId id, CompiledPolicy policy) {
    return ElevationTables.lock(tx, id)
        .map(Optional::orElseThrow)
        .chain(locked -> begin(tx, new Due(locked, policy, Map.of(), Duration.ZERO)));
  }

  /**
   * Where outside facts were asked for first. What has no answer begins nothing; the grant waits
   * for one, and is taken back when its start is so long past.
   */
  Uni<Outcome<Grant>> begin(
      SqlConnection tx,
      GrantId id,
      CompiledPolicy policy,
      Map<String, Fact> heard,
      Duration patience) {
    return ElevationTables.holdPolicy(tx, policy.version())
        .chain(same -> same ? ElevationTables.lock(tx, id) : none())
        .map(found -> found.filter(one -> one.grant().state() == GrantState.SCHEDULED))
        .chain(
            found ->
                found
                    .map(locked -> begin(tx, new Due(locked, policy, heard, patience)))
                    .map(begun -> begun.chain(one -> orWithdraw(tx, id, one)))
                    .orElseGet(() -> Uni.createFrom().item(Activations.policyChanged())));
  }

  /** One whose authority ended before its start can never begin. */
  private Uni<Outcome<Grant>> orWithdraw(SqlConnection tx, GrantId id, Outcome<Grant> begun) {
    return begun instanceof Outcome.Ok
        ? Uni.createFrom().item(begun)
        : withdraw(tx, id, NOT_ELIGIBLE);
  }

  private static Uni<Optional<ElevationTables.Locked>> none() {
    return Uni.createFrom().item(Optional.empty());
  }

  private record Due(
      ElevationTables.Locked locked,
      CompiledPolicy policy,
      Map<String, Fact> heard,
      Duration patience) {

    Beginning of(Person holder) {
      return new Beginning(
          locked, new Activations.Start(locked.grant().id(), holder, policy, "", heard));
    }

    /** Boundary: at the very end of the patience it is over. */
    boolean waits() {
      Instant start = locked.requested().startsAt().orElseThrow();
      return locked.now().isBefore(start.plus(patience));
    }
  }

  /**
   * With the person held, as whoever activates for themselves holds them: of two roles that exclude
   * each other not both begin. Where they are held by somebody else, the next round tries again.
   */
  private Uni<Outcome<Grant>> begin(SqlConnection tx, Due due) {
    return ElevationTables.holdPersonIfFree(tx, due.locked().grant().principal())
        .chain(
            held ->
                held
                    ? beginHeld(tx, due)
                    : Uni.createFrom().item(Outcome.ok(due.locked().grant())));
  }

  private Uni<Outcome<Grant>> beginHeld(SqlConnection tx, Due due) {
    IdentityId holder = due.locked().grant().principal();
    return People.latest(tx, List.of(holder), due.policy(), due.locked().now())
        .chain(
            people ->
                Optional.ofNullable(people.get(holder))
                    .map(one -> judge(tx, due, due.of(one)))
                    .orElseGet(() -> withdraw(tx, due.locked().grant().id(), NOT_ELIGIBLE)));
  }

  private Uni<Outcome<Grant>> judge(SqlConnection tx, Due due, Beginning beginning) {
    return switch (beginning.assess()) {
      case Outcome.Refused<Assessment> refused -> withdraw(tx, beginning.id(), NOT_ELIGIBLE);
      case Outcome.Ok<Assessment>(Assessment assessment) ->
          mayBegin(tx, beginning, assessment)
              .chain(
                  yes ->
                      yes
                          ? machine.move(
                              tx,
                              beginning.id(),
                              Move.ACTIVATE,
                              beginning.by(REAPER, "scheduled start").resting(assessment))
                          : notNow(tx, due, assessment));
    };
  }

  private static Uni<Boolean> mayBegin(
      SqlConnection tx, Beginning beginning, Assessment assessment) {
    return assessment.permitted()
        ? beginning
            .counts(tx, assessment)
            .chain(
                yes ->
                    yes
                        ? beginning.compatible(tx).map(Outcome.Ok.class::isInstance)
                        : Uni.createFrom().item(false))
        : Uni.createFrom().item(false);
  }

  /** Silence of a check is no reason to end it, until it has lasted. */
  private Uni<Outcome<Grant>> notNow(SqlConnection tx, Due due, Assessment assessment) {
    if (assessment.lacksFacts() && due.waits()) {
      return Uni.createFrom().item(Outcome.ok(due.locked().grant()));
    }
    Because because = assessment.lacksFacts() ? NO_ANSWER : NOT_ELIGIBLE;
    return withdraw(tx, due.locked().grant().id(), because.resting(assessment));
  }

  private Uni<Outcome<Grant>> withdraw(SqlConnection tx, GrantId id, Because because) {
    return machine.move(tx, id, Move.REVOKE, because);
  }
}
