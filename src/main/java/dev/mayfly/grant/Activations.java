package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.Assessment;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Fact;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;

/**
 * Where an approved grant begins to live. Everything that made it approved is asked anew: what no
 * longer holds ends it, with that as the cause.
 */
@ApplicationScoped
public class Activations {

  private static final String BY_SYSTEM = "system:grants";
  static final String BY_HOLDER = "activated by its holder";

  private final Database database;
  private final GrantMachine machine;
  private final GrantFacts facts;

  public Activations(Database database, GrantMachine machine, GrantFacts facts) {
    this.database = database;
    this.machine = machine;
    this.facts = facts;
  }

  /**
   * A grant that its holder wants to begin.
   *
   * @param facts what was heard of the outside for it
   */
  record Start(
      GrantId id,
      Person holder,
      CompiledPolicy policy,
      String requestId,
      Map<String, Fact> facts) {}

  /** Activates for its holder; before its start it is SCHEDULED instead. */
  public Uni<Outcome<Grant>> activate(
      GrantId id, Person holder, CompiledPolicy policy, String requestId) {
    return facts
        .forActivation(id, holder, policy)
        .chain(
            heard ->
                database.inTransaction(
                    tx -> activate(tx, new Start(id, holder, policy, requestId, heard))));
  }

  /** As above, in the caller's transaction. */
  Uni<Outcome<Grant>> activate(SqlConnection tx, Start start) {
    return hold(tx, start.policy(), start.holder(), start.holder().session())
        .chain(
            held ->
                held.thenUni(
                    yes ->
                        ElevationTables.lock(tx, start.id())
                            .map(found -> own(found, start.holder()))
                            .chain(
                                mine ->
                                    mine.thenUni(
                                        locked -> begin(tx, new Beginning(locked, start))))));
  }

  /** One that was just filed or found, where nobody else needs to decide about it. */
  Uni<Outcome<Grant>> activateIfApproved(
      SqlConnection tx, Elevations.Asking asking, Grant grant, Map<String, Fact> heard) {
    return grant.state() == GrantState.APPROVED && !asking.onBehalf()
        ? activate(
            tx, new Start(grant.id(), asking.holder(), asking.policy(), asking.requestId(), heard))
        : Uni.createFrom().item(Outcome.ok(grant));
  }

  /** One round trip; only who is refused is asked about twice. */
  static Uni<Outcome<Boolean>> hold(
      SqlConnection tx, CompiledPolicy policy, Person holder, GrantId session) {
    return ElevationTables.hold(tx, policy.version(), holder.id(), session)
        .chain(
            held ->
                held
                    ? Uni.createFrom().item(Outcome.ok(true))
                    : ElevationTables.holdPolicy(tx, policy.version())
                        .chain(
                            same ->
                                same
                                    ? whyNot(tx, holder)
                                    : Uni.createFrom().item(policyChanged())));
  }

  private static Uni<Outcome<Boolean>> whyNot(SqlConnection tx, Person holder) {
    return ElevationTables.holdPerson(tx, holder.id())
        .map(
            active ->
                Outcome.refused(
                    active
                        ? new Refusal.Unauthenticated(
                            "session-ended", "the session of who acts has ended meanwhile")
                        : new Refusal.Denied(
                            "identity-inactive", holder.name() + " is not active")));
  }

  private static Outcome<ElevationTables.Locked> own(
      Optional<ElevationTables.Locked> found, Person holder) {
    return found
        .map(locked -> locked.ownedBy(holder))
        .orElseGet(
            () -> Outcome.refused(new Refusal.NotFound("grant-unknown", "there is no such grant")));
  }

  /** One that is active already stays as it is: a second click is no second activation. */
  private Uni<Outcome<Grant>> begin(SqlConnection tx, Beginning beginning) {
    Grant grant = beginning.locked().grant();
    return switch (grant.state()) {
      case ACTIVE, SCHEDULED -> Uni.createFrom().item(Outcome.ok(grant));
      case APPROVED -> judge(tx, beginning);
      default ->
          conflict(
              "grant-state",
              grant.state() == GrantState.REQUESTED
                  ? "this request waits for a decision still: it can begin once it is APPROVED"
                  : "a grant that is " + grant.state() + " cannot be activated: request it anew");
    };
  }

  private Uni<Outcome<Grant>> judge(SqlConnection tx, Beginning beginning) {
    return switch (beginning.assess()) {
      case Outcome.Refused<Assessment>(Refusal lost) ->
          endNow(tx, beginning, "no longer eligible").chain(ended -> refused(lost));
      case Outcome.Ok<Assessment>(Assessment assessment) ->
          Judgement.permitted(assessment)
              .then(Judgement::freshEnough)
              .thenUni(fine -> stillApproved(tx, beginning, fine))
              .chain(fine -> fine.thenUni(yes -> beginning.compatible(tx)))
              .chain(fine -> fine.thenUni(yes -> start(tx, beginning, assessment)));
    };
  }

  private Uni<Outcome<Boolean>> stillApproved(
      SqlConnection tx, Beginning beginning, Assessment assessment) {
    return beginning
        .counts(tx, assessment)
        .chain(
            yes ->
                yes
                    ? Uni.createFrom().item(Outcome.ok(true))
                    : notApproved(tx, beginning, assessment));
  }

  /** Silence of a check begins nothing and ends nothing: it may answer in a moment. */
  private Uni<Outcome<Boolean>> notApproved(
      SqlConnection tx, Beginning beginning, Assessment assessment) {
    return assessment.lacksFacts()
        ? conflict("check-unanswered", Judgement.unanswered(assessment))
        : endNow(tx, beginning, "its approvals no longer count")
            .chain(
                ended ->
                    conflict(
                        "approval-lost",
                        "what approved this no longer holds: request it again to have it decided anew"));
  }

  private Uni<Outcome<Grant>> start(SqlConnection tx, Beginning beginning, Assessment assessment) {
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
        beginning
            .by(beginning.start().holder().name(), later ? "to begin later" : beginning.begun())
            .resting(assessment));
  }

  private Uni<Outcome<Grant>> endNow(SqlConnection tx, Beginning beginning, String cause) {
    return machine.move(tx, beginning.id(), Move.REVOKE, beginning.by(BY_SYSTEM, cause));
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
