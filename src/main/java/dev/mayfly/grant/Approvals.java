package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.audit.AuditEvent;
import dev.mayfly.audit.AuditLog;
import dev.mayfly.policy.ApprovalProgress;
import dev.mayfly.policy.Assessment;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Fact;
import dev.mayfly.policy.Role;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * People's decisions on other people's requests. Each word is kept; whether the words suffice is
 * computed from the active policy and the approvers' present groups (docs/decisions/0007). The
 * request's row is locked first, so of two who decide in the same instant one comes second and sees
 * what the first has done.
 */
@ApplicationScoped
public class Approvals {

  private static final String APPROVED = "APPROVED";
  private static final String DENIED = "DENIED";
  private static final String BY_SYSTEM = "system:grants";

  private final Database database;
  private final GrantMachine machine;
  private final AuditLog audit;
  private final GrantFacts facts;

  public Approvals(Database database, GrantMachine machine, AuditLog audit, GrantFacts facts) {
    this.database = database;
    this.facts = facts;
    this.machine = machine;
    this.audit = audit;
  }

  /**
   * Who decides, and what they say about it.
   *
   * @param reason may be empty
   * @param facts what was heard of the outside for this decision
   */
  public record Deciding(
      Person approver,
      String reason,
      CompiledPolicy policy,
      String requestId,
      Map<String, Fact> facts) {

    /** Before anything was asked of the outside. */
    public Deciding(Person approver, String reason, CompiledPolicy policy, String requestId) {
      this(approver, reason, policy, requestId, Map.of());
    }

    Deciding with(Map<String, Fact> heard) {
      return new Deciding(approver, reason, policy, requestId, heard);
    }

    Because because(String cause) {
      return new Because(approver.name(), cause, requestId);
    }
  }

  /**
   * What came of a word.
   *
   * @param grant as it now stands
   * @param repeated this person had said the same before: nothing was changed
   */
  public record Decided(Grant grant, boolean repeated) {}

  /** Says yes. The grant comes back as it now stands: still REQUESTED while others are needed. */
  public Uni<Outcome<Decided>> approve(GrantId id, Deciding deciding) {
    return facts
        .forApproval(id, deciding)
        .chain(
            heard -> database.inTransaction(tx -> decide(tx, id, deciding.with(heard), APPROVED)));
  }

  /** Says no, which ends the request whatever others have said. */
  public Uni<Outcome<Decided>> deny(GrantId id, Deciding deciding) {
    return database.inTransaction(tx -> decide(tx, id, deciding, DENIED));
  }

  /** A request under decision, with its holder as their provider last described them. */
  private record Case(
      ElevationTables.Locked locked, Person holder, Assessment assessment, Deciding deciding) {
    Judgement judgement() {
      return new Judgement(deciding.policy(), locked.now());
    }

    GrantId id() {
      return locked.grant().id();
    }

    /** Who would hold it, and who asked. */
    List<IdentityId> whose() {
      return List.of(locked.grant().principal(), locked.requested().by());
    }
  }

  private Uni<Outcome<Decided>> decide(
      SqlConnection tx, GrantId id, Deciding deciding, String verdict) {
    return ElevationTables.holdDecider(tx, deciding.policy().version(), deciding.approver().id())
        .chain(
            same ->
                same
                    ? ElevationTables.lock(tx, id)
                        .chain(
                            found ->
                                found
                                    .map(locked -> decide(tx, locked, deciding, verdict))
                                    .orElseGet(Approvals::unknown))
                    : Uni.createFrom().item(Activations.policyChanged()));
  }

  private Uni<Outcome<Decided>> decide(
      SqlConnection tx, ElevationTables.Locked locked, Deciding deciding, String verdict) {
    return ApprovalTables.spoken(tx, locked.grant().id(), deciding.approver().id())
        .chain(
            spoken -> {
              if (spoken.equals(Optional.of(verdict))) {
                return ok(new Decided(locked.grant(), true)); // a second click
              }
              return spoken.isPresent()
                  ? conflict("already-decided", "you have decided this already, the other way")
                  : open(tx, locked, deciding)
                      .chain(c -> c.thenUni(request -> say(tx, request, verdict)))
                      .map(said -> said.then(grant -> Outcome.ok(new Decided(grant, false))));
            });
  }

  /** First whether this is theirs to decide: nobody else moves the request, or learns of it. */
  private Uni<Outcome<Case>> open(
      SqlConnection tx, ElevationTables.Locked locked, Deciding deciding) {
    Optional<Role> role =
        deciding.policy().role(locked.grant().role()).filter(one -> one.request().isPresent());
    return holder(tx, locked, deciding)
        .chain(
            holder ->
                holder.isEmpty() || role.isEmpty()
                    ? unknown()
                    : new Judgement(deciding.policy(), locked.now())
                        .objection(tx, role.get(), holder.get(), locked, deciding.approver())
                        .chain(objection -> open(tx, locked, holder.get(), deciding, objection)));
  }

  /**
   * Boundary: a request whose wait ends at this very instant has lapsed. What has become of one is
   * told only to who could have decided it.
   */
  private Uni<Outcome<Case>> open(
      SqlConnection tx,
      ElevationTables.Locked locked,
      Person holder,
      Deciding deciding,
      Optional<Refusal> objection) {
    boolean waits =
        locked.grant().state() == GrantState.REQUESTED
            && locked.requested().waitsUntil().filter(locked.now()::isBefore).isPresent();
    if (objection.isPresent()) {
      return waits ? Uni.createFrom().item(Outcome.refused(objection.get())) : unknown();
    }
    return waits ? assess(tx, locked, holder, deciding) : TooLate.forWord(tx, locked);
  }

  private static Uni<Optional<Person>> holder(
      SqlConnection tx, ElevationTables.Locked locked, Deciding deciding) {
    IdentityId id = locked.grant().principal();
    return People.latest(tx, List.of(id), deciding.policy(), locked.now())
        .map(people -> Optional.ofNullable(people.get(id)));
  }

  private Uni<Outcome<Case>> assess(
      SqlConnection tx, ElevationTables.Locked locked, Person holder, Deciding deciding) {
    Judgement judgement = new Judgement(deciding.policy(), locked.now());
    return switch (judgement.assess(holder, locked, deciding.facts())) {
      case Outcome.Refused<Assessment> refused -> lost(tx, locked, deciding);
      case Outcome.Ok<Assessment>(Assessment assessment) ->
          notThemselves(tx, new Case(locked, holder, assessment, deciding));
    };
  }

  /** Rule 9, under whichever name they asked. */
  private static Uni<Outcome<Case>> notThemselves(SqlConnection tx, Case request) {
    IdentityId approver = request.deciding().approver().id();
    return ApprovalTables.isOneOf(tx, approver, request.whose())
        .map(
            themselves ->
                themselves
                    ? Outcome.refused(
                        new Refusal.Denied(
                            "self-approval",
                            request.deciding().approver().name()
                                + " would approve for themselves, under another name"))
                    : Outcome.ok(request));
  }

  private Uni<Outcome<Case>> notReciprocal(SqlConnection tx, Case request) {
    Optional<Duration> window = Judgement.rules(request.assessment().role()).noReciprocal();
    if (window.isEmpty()) {
      return ok(request);
    }
    return ApprovalTables.isReciprocal(
            tx, request.whose(), request.deciding().approver().id(), window.get())
        .map(
            reciprocal ->
                reciprocal
                    ? Outcome.refused(
                        new Refusal.Forbidden(
                            "reciprocal-approval",
                            "who asks has approved for you lately: somebody else must decide this"))
                    : Outcome.ok(request));
  }

  /** Conditions must hold for a yes; a no needs none. */
  private Uni<Outcome<Grant>> say(SqlConnection tx, Case request, String verdict) {
    return verdict.equals(DENIED)
        ? keep(tx, request, DENIED)
            .chain(kept -> machine.move(tx, request.id(), Move.DENY, denied(request)))
        : Judgement.permitted(request.assessment())
            .thenUni(permitted -> notReciprocal(tx, request))
            .chain(
                fine ->
                    fine.thenUni(
                        yes -> keep(tx, request, APPROVED).chain(kept -> count(tx, request))));
  }

  private static Because denied(Case request) {
    String reason = request.deciding().reason();
    return request.deciding().because(reason.isEmpty() ? "denied" : "denied: " + reason);
  }

  private Uni<Void> keep(SqlConnection tx, Case request, String verdict) {
    Deciding deciding = request.deciding();
    return ApprovalTables.speak(
            tx, request.id(), deciding.approver().id(), verdict, deciding.reason())
        .chain(
            fresh ->
                fresh && verdict.equals(APPROVED)
                    ? audit.append(tx, event(request))
                    : Uni.createFrom().voidItem());
  }

  /** A word that may not be the last one; the decision itself has its own event. */
  private static AuditEvent event(Case request) {
    return new AuditEvent(
        "grant.agree",
        AuditEvent.Result.SUCCESS,
        request.deciding().approver().name(),
        request.deciding().reason().isEmpty() ? "approved" : request.deciding().reason(),
        "approval:" + request.id(),
        Optional.of(request.locked().grant().identity()),
        Optional.of(request.id()),
        request.deciding().policy().version(),
        request.deciding().requestId(),
        Because.detail(request.assessment().facts()).put("role", request.locked().grant().role()));
  }

  private Uni<Outcome<Grant>> count(SqlConnection tx, Case request) {
    return request
        .judgement()
        .progress(tx, request.assessment(), request.holder(), request.locked())
        .chain(progress -> settle(tx, request, progress));
  }

  private Uni<Outcome<Grant>> settle(SqlConnection tx, Case request, ApprovalProgress progress) {
    if (!progress.satisfied()) {
      return ApprovalTables.escalate(
              tx, request.id(), progress.escalatesAt(), others(request, progress))
          .replaceWith(Outcome.ok(request.locked().grant()));
    }
    return machine
        .move(
            tx,
            request.id(),
            Move.APPROVE,
            request.deciding().because("approved").resting(request.assessment()))
        .chain(moved -> moved.thenUni(grant -> goOn(tx, request, grant)));
  }

  /** Who may decide the stage under way once it has waited too long. */
  private static Optional<String> others(Case request, ApprovalProgress progress) {
    return request
        .assessment()
        .stages()
        .get(progress.stage())
        .escalation()
        .map(escalation -> escalation.rule().text());
  }

  /** One that is to begin later waits for that; an extension goes on where the other ends. */
  private Uni<Outcome<Grant>> goOn(SqlConnection tx, Case request, Grant approved) {
    Grant.Requested requested = request.locked().requested();
    boolean later = requested.startsAt().filter(request.locked().now()::isBefore).isPresent();
    Because because =
        new Because(BY_SYSTEM, "approved", request.deciding().requestId())
            .resting(request.assessment());
    if (later) {
      return machine.move(tx, request.id(), Move.SCHEDULE, because);
    }
    return requested.extending().isPresent()
        ? machine.move(tx, request.id(), Move.ACTIVATE, because)
        : ok(approved);
  }

  /** Whoever asked may no longer have it: nobody needs to decide that. */
  private Uni<Outcome<Case>> lost(
      SqlConnection tx, ElevationTables.Locked locked, Deciding deciding) {
    Because because = new Because(BY_SYSTEM, "no longer eligible", deciding.requestId());
    return machine
        .move(tx, locked.grant().id(), Move.DENY, because)
        .replaceWith(
            Outcome.refused(
                new Refusal.Conflict(
                    "no-longer-eligible", "who asked may no longer have this role")));
  }

  private static Refusal notFound() {
    return new Refusal.NotFound("grant-unknown", "no request that this person decides");
  }

  private static <T> Uni<Outcome<T>> unknown() {
    return Uni.createFrom().item(Outcome.refused(notFound()));
  }

  private static <T> Uni<Outcome<T>> ok(T value) {
    return Uni.createFrom().item(Outcome.ok(value));
  }

  private static <T> Uni<Outcome<T>> conflict(String code, String say) {
    return Uni.createFrom().item(Outcome.refused(new Refusal.Conflict(code, say)));
  }
}
