package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.Assessment;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.RequestRules;
import dev.mayfly.policy.Wish;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Requests of people for more than they may do now: filed, and where the policy itself approves,
 * approved at once. Nothing here decides for anybody else (rule 9): that is {@link Approvals}.
 */
@ApplicationScoped
public class Elevations {

  private final Database database;
  private final Filing filing;
  private final Activations activations;
  private final InstantSource clock;

  public Elevations(
      Database database, Filing filing, Activations activations, InstantSource clock) {
    this.database = database;
    this.filing = filing;
    this.activations = activations;
    this.clock = clock;
  }

  /** How a request is meant. */
  public enum Manner {
    /** Decided by whom the role names, or by the policy where its conditions say so. */
    ORDINARY,
    /** Taken at once, told to everybody who was skipped, and reviewed afterwards. */
    BREAK_GLASS
  }

  /**
   * Who asks, for whom, and under which policy.
   *
   * @param asker who is logged in
   * @param holder who is to hold it: the asker, or who they ask for
   */
  public record Asking(
      Person asker, Person holder, CompiledPolicy policy, Manner manner, String requestId) {
    boolean onBehalf() {
      return !asker.id().equals(holder.id());
    }

    Because because(String cause) {
      return new Because(asker.name(), cause, requestId);
    }
  }

  /**
   * Files a request for each wish, all or none.
   *
   * @return the grants as they now stand: REQUESTED, or APPROVED where nobody else needs to decide,
   *     or ACTIVE for a break-glass
   */
  public Uni<Outcome<List<Grant>>> request(Asking asking, List<Wish> wishes) {
    return assess(asking, wishes)
        .thenUni(assessed -> database.inTransaction(tx -> file(tx, asking, assessed)));
  }

  /**
   * What would come of it: nothing is written.
   *
   * @param toxic what stands in the way of holding it together with what is held
   */
  public record Preview(Assessment assessment, Optional<String> toxic, boolean reviewOverdue) {}

  /** Judges without filing: what holds, what does not, who would be asked. */
  public Uni<Outcome<Preview>> preview(Asking asking, Wish wish) {
    return asking
        .policy()
        .assess(asking.holder().elevated(), wish, clock.instant())
        .then(assessment -> mayAsk(asking, assessment))
        .thenUni(assessment -> database.inTransaction(tx -> preview(tx, asking, assessment)));
  }

  private Uni<Outcome<Preview>> preview(SqlConnection tx, Asking asking, Assessment assessment) {
    String role = assessment.role().id();
    Judgement judgement = new Judgement(asking.policy(), clock.instant());
    return ElevationTables.heldRoles(tx, asking.holder().id(), ElevationTables.NO_GRANT, false)
        .chain(
            held ->
                ElevationTables.hasOverdueReview(tx, asking.holder().id(), role)
                    .map(
                        overdue ->
                            Outcome.ok(
                                new Preview(
                                    assessment,
                                    toxic(judgement.compatible(role, new TreeSet<>(held))),
                                    overdue))));
  }

  private static Optional<String> toxic(Outcome<Boolean> compatible) {
    return compatible instanceof Outcome.Refused<Boolean>(Refusal refusal)
        ? Optional.of(refusal.say())
        : Optional.empty();
  }

  /**
   * "I need this role": the live grant, the approved one activated, the one that waits, or a new
   * request. Asking twice in the same moment files one.
   */
  public Uni<Outcome<Grant>> ensure(Asking asking, Wish wish) {
    return database.inTransaction(
        tx ->
            hold(tx, asking)
                .chain(
                    held ->
                        held.thenUni(
                            yes ->
                                ElevationTables.openOfRole(tx, asking.holder().id(), wish.role())
                                    .chain(open -> ensure(tx, asking, wish, open)))));
  }

  private Uni<Outcome<Grant>> ensure(
      SqlConnection tx, Asking asking, Wish wish, List<ElevationTables.Locked> open) {
    if (open.isEmpty()) {
      return assess(asking, List.of(wish))
          .thenUni(
              assessed ->
                  filing.file(tx, asking, assessed.getFirst(), Filing.Links.NONE, List.of()))
          .chain(filed -> filed.thenUni(grant -> activateFiled(tx, asking, grant)));
    }
    return activateIfApproved(tx, asking, open.getFirst().grant());
  }

  /** One that begins later is scheduled by the longer way. */
  private Uni<Outcome<Grant>> activateFiled(SqlConnection tx, Asking asking, Grant grant) {
    boolean atOnce = grant.requested().flatMap(Grant.Requested::startsAt).isEmpty();
    return grant.state() == GrantState.APPROVED && !asking.onBehalf() && atOnce
        ? activations.activateFiled(tx, grant, asking.holder(), asking.requestId())
        : activateIfApproved(tx, asking, grant);
  }

  private Uni<Outcome<Grant>> activateIfApproved(SqlConnection tx, Asking asking, Grant grant) {
    return grant.state() == GrantState.APPROVED && !asking.onBehalf()
        ? activations.activate(tx, grant.id(), asking.holder(), asking.policy(), asking.requestId())
        : Uni.createFrom().item(Outcome.ok(grant));
  }

  /**
   * Asks for the same again, to begin where this grant ends: a new decision under the same rule.
   */
  public Uni<Outcome<Grant>> extend(Asking asking, GrantId id, Duration duration, String reason) {
    return database.inTransaction(
        tx ->
            hold(tx, asking)
                .chain(
                    held ->
                        held.thenUni(
                            yes ->
                                ElevationTables.lock(tx, id)
                                    .chain(found -> extend(tx, asking, found, duration, reason)))));
  }

  private Uni<Outcome<Grant>> extend(
      SqlConnection tx,
      Asking asking,
      Optional<ElevationTables.Locked> found,
      Duration duration,
      String reason) {
    if (found.isEmpty() || !found.get().grant().identity().equals(asking.holder().id())) {
      return refused(new Refusal.NotFound("grant-unknown", "not a grant of who asks"));
    }
    Grant present = found.get().grant();
    if (present.state() != GrantState.ACTIVE || found.get().requested().breakGlass()) {
      return conflict("grant-state", "only an active grant that was approved can be extended");
    }
    Wish wish =
        Narrowing.of(found.get().requested().ask())
            .wish(present.role(), duration, reason, Optional.empty(), java.util.Map.of());
    return ElevationTables.hasOpenExtension(tx, present.id())
        .chain(
            open ->
                open
                    ? Elevations.<Grant>conflict(
                        "extension-open", "an extension of this grant waits already")
                    : assess(asking, List.of(wish))
                        .then(one -> extendable(one, found.get()))
                        .thenUni(
                            one ->
                                filing.file(
                                    tx,
                                    asking,
                                    one,
                                    Filing.Links.extending(present.id()),
                                    List.of())))
        .chain(filed -> filed.thenUni(grant -> activateIfApproved(tx, asking, grant)));
  }

  /**
   * What is left and what is added must not be more than one grant may be: asked again and again
   * while its condition holds, it would otherwise reach as far as one likes (rule 4).
   */
  private static Outcome<Filing.Assessed> extendable(
      List<Filing.Assessed> assessed, ElevationTables.Locked present) {
    Filing.Assessed one = assessed.getFirst();
    if (!one.rules().extendable()) {
      return Outcome.refused(
          new Refusal.Forbidden(
              "not-extendable", "a grant of this role cannot be extended: request it anew"));
    }
    Instant end = present.grant().expiresAt().orElseThrow().plus(one.assessment().duration());
    return end.isAfter(present.now().plus(one.rules().longest()))
        ? Outcome.refused(
            new Refusal.Conflict(
                "too-early",
                "with what is left it would be longer than this role may be: extend it later"))
        : Outcome.ok(one);
  }

  /** The first wish that may not be refuses them all. */
  private Outcome<List<Filing.Assessed>> assess(Asking asking, List<Wish> wishes) {
    List<Filing.Assessed> all = new ArrayList<>();
    for (Wish wish : wishes) {
      Outcome<Filing.Assessed> one =
          asking
              .policy()
              .assess(asking.holder().elevated(), wish, clock.instant())
              .then(assessment -> mayAsk(asking, assessment))
              .then(Judgement::permitted)
              .then(Judgement::freshEnough)
              .then(assessment -> Outcome.ok(new Filing.Assessed(wish, assessment)));
      switch (one) {
        case Outcome.Ok<Filing.Assessed>(Filing.Assessed assessed) -> all.add(assessed);
        case Outcome.Refused<Filing.Assessed>(Refusal refusal) -> {
          return Outcome.refused(refusal);
        }
      }
    }
    return Outcome.ok(all);
  }

  private static Outcome<Assessment> mayAsk(Asking asking, Assessment assessment) {
    RequestRules rules = Judgement.rules(assessment.role());
    if (asking.onBehalf()
        && rules.onBehalf().stream().noneMatch(asking.asker().groups()::contains)) {
      return Outcome.refused(
          new Refusal.Forbidden("not-on-behalf", "this role is not requested for others by you"));
    }
    boolean glass = asking.manner() == Manner.BREAK_GLASS;
    if (glass && (rules.breakGlass().isEmpty() || asking.onBehalf())) {
      return Outcome.refused(
          new Refusal.Forbidden(
              "no-break-glass", "%s cannot be taken at once".formatted(assessment.role().id())));
    }
    return Outcome.ok(assessment);
  }

  private Uni<Outcome<List<Grant>>> file(
      SqlConnection tx, Asking asking, List<Filing.Assessed> assessed) {
    Filing.Links links =
        assessed.size() > 1 ? Filing.Links.bundle(Uuids.next(clock)) : Filing.Links.NONE;
    List<String> together = assessed.stream().map(Filing.Assessed::role).toList();
    if (new TreeSet<>(together).size() < together.size()) {
      return Uni.createFrom()
          .item(Outcome.refused(new Refusal.Malformed("role-twice", "a role is asked for twice")));
    }
    return hold(tx, asking)
        .chain(
            held ->
                held.thenUni(
                    yes ->
                        Multi.createFrom()
                            .iterable(assessed)
                            .onItem()
                            .transformToUniAndConcatenate(
                                one -> filing.file(tx, asking, one, links, together))
                            .collect()
                            .asList()
                            .map(Elevations::allOrNone)))
        .chain(all -> orRollback(tx, all));
  }

  private static Uni<Outcome<Boolean>> hold(SqlConnection tx, Asking asking) {
    return Activations.hold(tx, asking.policy(), asking.holder());
  }

  private static Outcome<List<Grant>> allOrNone(List<Outcome<Grant>> each) {
    List<Grant> grants = new ArrayList<>();
    for (Outcome<Grant> one : each) {
      switch (one) {
        case Outcome.Ok<Grant>(Grant grant) -> grants.add(grant);
        case Outcome.Refused<Grant>(Refusal refusal) -> {
          return Outcome.refused(refusal);
        }
      }
    }
    return Outcome.ok(grants);
  }

  /** A refusal is a value, so it has to be said that nothing of the transaction may stay. */
  private static Uni<Outcome<List<Grant>>> orRollback(
      SqlConnection tx, Outcome<List<Grant>> outcome) {
    return outcome instanceof Outcome.Ok
        ? Uni.createFrom().item(outcome)
        : tx.query("ROLLBACK AND CHAIN").execute().replaceWith(outcome);
  }

  private static <T> Uni<Outcome<T>> conflict(String code, String say) {
    return refused(new Refusal.Conflict(code, say));
  }

  private static <T> Uni<Outcome<T>> refused(Refusal refusal) {
    return Uni.createFrom().item(Outcome.refused(refusal));
  }
}
