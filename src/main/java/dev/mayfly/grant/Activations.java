package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.ApprovalProgress;
import dev.mayfly.policy.Assessment;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Where an approved grant begins to live. Everything that made it approved is asked anew: what no
 * longer holds ends it, with that as the cause.
 */
@ApplicationScoped
public class Activations {

  private static final String BREAK_GLASS = "system:break-glass";
  private static final String BY_SYSTEM = "system:grants";
  private static final String BY_HOLDER = "activated by its holder";

  private final Database database;
  private final GrantMachine machine;

  public Activations(Database database, GrantMachine machine) {
    this.database = database;
    this.machine = machine;
  }

  /** Activates for its holder; before its start it is SCHEDULED instead. */
  public Uni<Outcome<Grant>> activate(
      GrantId id, Person holder, CompiledPolicy policy, String requestId) {
    return database.inTransaction(tx -> activate(tx, id, holder, policy, requestId));
  }

  /** As above, in the caller's transaction. */
  Uni<Outcome<Grant>> activate(
      SqlConnection tx, GrantId id, Person holder, CompiledPolicy policy, String requestId) {
    return hold(tx, policy, holder)
        .chain(
            held ->
                held.thenUni(
                    yes ->
                        ElevationTables.lock(tx, id)
                            .map(found -> own(found, holder))
                            .chain(
                                mine ->
                                    mine.thenUni(
                                        locked ->
                                            begin(
                                                tx,
                                                new Beginning(
                                                    locked, holder, policy, requestId))))));
  }

  /**
   * Activates at once what this very transaction has filed and the policy itself has approved: it
   * holds policy and person, so all that an activation asks was answered a moment ago.
   */
  Uni<Outcome<Grant>> activateFiled(
      SqlConnection tx, Grant filed, Person holder, String requestId) {
    return machine.move(
        tx, filed.id(), Move.ACTIVATE, new Because(holder.name(), BY_HOLDER, requestId));
  }

  /** One round trip; only who is refused is asked about twice. */
  static Uni<Outcome<Boolean>> hold(SqlConnection tx, CompiledPolicy policy, Person holder) {
    return ElevationTables.hold(tx, policy.version(), holder.id())
        .chain(
            held ->
                held
                    ? Uni.createFrom().item(Outcome.ok(true))
                    : ElevationTables.holdPolicy(tx, policy.version())
                        .chain(
                            same ->
                                same
                                    ? holdPerson(tx, holder)
                                    : Uni.createFrom().item(policyChanged())));
  }

  private static Uni<Outcome<Boolean>> holdPerson(SqlConnection tx, Person holder) {
    return ElevationTables.holdPerson(tx, holder.id())
        .map(
            active ->
                active
                    ? Outcome.ok(true)
                    : Outcome.refused(
                        new Refusal.Denied("identity-inactive", holder.name() + " is not active")));
  }

  private static Outcome<ElevationTables.Locked> own(
      Optional<ElevationTables.Locked> found, Person holder) {
    return found
        .filter(locked -> locked.grant().identity().equals(holder.id()))
        .map(Outcome::ok)
        .orElseGet(
            () -> Outcome.refused(new Refusal.NotFound("grant-unknown", "not a grant of theirs")));
  }

  private record Beginning(
      ElevationTables.Locked locked, Person holder, CompiledPolicy policy, String requestId) {
    Judgement judgement() {
      return new Judgement(policy, locked.now());
    }

    GrantId id() {
      return locked.grant().id();
    }

    Because by(String actor, String cause) {
      return new Because(actor, cause, requestId);
    }
  }

  /** One that is active already stays as it is: a second click is no second activation. */
  private Uni<Outcome<Grant>> begin(SqlConnection tx, Beginning beginning) {
    Grant grant = beginning.locked().grant();
    return switch (grant.state()) {
      case ACTIVE, SCHEDULED -> Uni.createFrom().item(Outcome.ok(grant));
      case APPROVED -> judge(tx, beginning);
      default ->
          conflict("grant-state", "a grant that is " + grant.state() + " cannot be activated");
    };
  }

  private Uni<Outcome<Grant>> judge(SqlConnection tx, Beginning beginning) {
    return switch (beginning.judgement().assess(beginning.holder(), beginning.locked())) {
      case Outcome.Refused<Assessment>(Refusal lost) ->
          endNow(tx, beginning, "no longer eligible").chain(ended -> refused(lost));
      case Outcome.Ok<Assessment>(Assessment assessment) ->
          Judgement.permitted(assessment)
              .then(Judgement::freshEnough)
              .thenUni(fine -> stillApproved(tx, beginning, fine))
              .chain(fine -> fine.thenUni(yes -> compatible(tx, beginning)))
              .chain(fine -> fine.thenUni(yes -> start(tx, beginning)));
    };
  }

  /** Approvals of people who have lost the right since do not count. */
  private Uni<Outcome<Boolean>> stillApproved(
      SqlConnection tx, Beginning beginning, Assessment assessment) {
    boolean byRule =
        assessment.autoApproved()
            || beginning.locked().grant().decidedBy().equals(Optional.of(BREAK_GLASS));
    if (byRule) {
      return Uni.createFrom().item(Outcome.ok(true));
    }
    return beginning
        .judgement()
        .progress(tx, assessment, beginning.holder(), beginning.locked())
        .chain(progress -> countsStill(tx, beginning, progress));
  }

  private Uni<Outcome<Boolean>> countsStill(
      SqlConnection tx, Beginning beginning, ApprovalProgress progress) {
    if (progress.satisfied()) {
      return Uni.createFrom().item(Outcome.ok(true));
    }
    return endNow(tx, beginning, "its approvals no longer count")
        .chain(
            ended ->
                conflict(
                    "approval-lost",
                    "who approved may no longer do so: request it again to have it decided anew"));
  }

  private static Uni<Outcome<Boolean>> compatible(SqlConnection tx, Beginning beginning) {
    return ElevationTables.heldRoles(tx, beginning.holder().id(), beginning.id(), true)
        .map(
            held ->
                beginning
                    .judgement()
                    .compatible(beginning.locked().grant().role(), new TreeSet<>(held)));
  }

  private Uni<Outcome<Grant>> start(SqlConnection tx, Beginning beginning) {
    boolean later =
        beginning
            .locked()
            .requested()
            .startsAt()
            .filter(beginning.locked().now()::isBefore)
            .isPresent();
    return machine.move(
        tx,
        beginning.id(),
        later ? Move.SCHEDULE : Move.ACTIVATE,
        beginning.by(beginning.holder().name(), later ? "to begin later" : BY_HOLDER));
  }

  private Uni<Outcome<Grant>> endNow(SqlConnection tx, Beginning beginning, String cause) {
    return machine.move(tx, beginning.id(), Move.REVOKE, beginning.by(BY_SYSTEM, cause));
  }

  /**
   * Begins a SCHEDULED grant whose time has come, as far as its holder is still who they were:
   * judged by what their provider last said.
   */
  Uni<Outcome<Grant>> beginScheduled(SqlConnection tx, GrantId id, CompiledPolicy policy) {
    return ElevationTables.lock(tx, id)
        .map(Optional::orElseThrow)
        .chain(
            locked ->
                People.latest(tx, List.of(locked.grant().identity()), policy, locked.now())
                    .chain(
                        people ->
                            Optional.ofNullable(people.get(locked.grant().identity()))
                                .map(
                                    holder ->
                                        rejudge(tx, new Beginning(locked, holder, policy, "")))
                                .orElseGet(() -> withdraw(tx, id))));
  }

  private Uni<Outcome<Grant>> rejudge(SqlConnection tx, Beginning beginning) {
    Outcome<Assessment> fine =
        beginning
            .judgement()
            .assess(beginning.holder(), beginning.locked())
            .then(Judgement::permitted);
    return switch (fine) {
      case Outcome.Refused<Assessment> refused -> withdraw(tx, beginning.id());
      case Outcome.Ok<Assessment>(Assessment assessment) ->
          stillApproved(tx, beginning, assessment)
              .chain(counts -> counts.thenUni(yes -> compatible(tx, beginning)))
              .chain(
                  compatible ->
                      compatible instanceof Outcome.Ok
                          ? machine.move(
                              tx,
                              beginning.id(),
                              Move.ACTIVATE,
                              beginning.by("system:reaper", "scheduled start"))
                          : withdraw(tx, beginning.id()));
    };
  }

  private Uni<Outcome<Grant>> withdraw(SqlConnection tx, GrantId id) {
    return machine.move(
        tx, id, Move.REVOKE, new Because("system:reaper", "no longer eligible at its start", ""));
  }

  static <T> Outcome<T> policyChanged() {
    return Outcome.refused(
        new Refusal.Conflict("policy-changed", "the policy has changed: try again"));
  }

  private static <T> Uni<Outcome<T>> conflict(String code, String say) {
    return refused(new Refusal.Conflict(code, say));
  }

  private static <T> Uni<Outcome<T>> refused(Refusal refusal) {
    return Uni.createFrom().item(Outcome.refused(refusal));
  }
}
