package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.Assessment;
import dev.mayfly.policy.BreakGlass;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.RequestRules;
import dev.mayfly.policy.Stage;
import dev.mayfly.policy.Wish;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Requests of people for more than they may do now: filed, and where the policy itself approves,
 * approved at once. Nothing here decides for anybody else (rule 9): that is {@link Approvals}.
 */
@ApplicationScoped
public class Elevations {

  private static final String BY_POLICY = "system:policy";
  private static final GrantId NONE = new GrantId(new UUID(0, 0));

  private final Database database;
  private final GrantRequests requests;
  private final GrantMachine machine;
  private final Activations activations;
  private final InstantSource clock;

  public Elevations(
      Database database,
      GrantRequests requests,
      GrantMachine machine,
      Activations activations,
      InstantSource clock) {
    this.database = database;
    this.requests = requests;
    this.machine = machine;
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
        .thenUni(assessment -> database.inTransaction(tx -> preview(tx, asking, assessment)));
  }

  private Uni<Outcome<Preview>> preview(SqlConnection tx, Asking asking, Assessment assessment) {
    String role = assessment.role().id();
    Judgement judgement = new Judgement(asking.policy(), clock.instant());
    return ElevationTables.heldRoles(tx, asking.holder().id(), NONE, false)
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
          .thenUni(assessed -> fileOne(tx, asking, assessed.getFirst(), Links.NONE, List.of()))
          .chain(filed -> filed.thenUni(grant -> activateIfApproved(tx, asking, grant)));
    }
    return activateIfApproved(tx, asking, open.getFirst().grant());
  }

  private Uni<Outcome<Grant>> activateIfApproved(SqlConnection tx, Asking asking, Grant grant) {
    return grant.state() == GrantState.APPROVED
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
                        .then(Elevations::extendable)
                        .thenUni(
                            one ->
                                fileOne(tx, asking, one, Links.extending(present.id()), List.of())))
        .chain(filed -> filed.thenUni(grant -> activateIfApproved(tx, asking, grant)));
  }

  private static Outcome<Assessed> extendable(List<Assessed> one) {
    return one.getFirst().rules().extendable()
        ? Outcome.ok(one.getFirst())
        : Outcome.refused(
            new Refusal.Forbidden(
                "not-extendable", "a grant of this role cannot be extended: request it anew"));
  }

  /** What a request belongs to. */
  private record Links(Optional<UUID> bundle, Optional<GrantId> extending) {
    static final Links NONE = new Links(Optional.empty(), Optional.empty());

    static Links bundle(UUID bundle) {
      return new Links(Optional.of(bundle), Optional.empty());
    }

    static Links extending(GrantId present) {
      return new Links(Optional.empty(), Optional.of(present));
    }
  }

  private record Assessed(Wish wish, Assessment assessment) {
    RequestRules rules() {
      return Judgement.rules(assessment.role());
    }

    String role() {
      return assessment.role().id();
    }
  }

  /** The first wish that may not be refuses them all. */
  private Outcome<List<Assessed>> assess(Asking asking, List<Wish> wishes) {
    List<Assessed> all = new ArrayList<>();
    for (Wish wish : wishes) {
      Outcome<Assessed> one =
          asking
              .policy()
              .assess(asking.holder().elevated(), wish, clock.instant())
              .then(assessment -> mayAsk(asking, assessment))
              .then(Judgement::permitted)
              .then(Judgement::freshEnough)
              .then(assessment -> Outcome.ok(new Assessed(wish, assessment)));
      switch (one) {
        case Outcome.Ok<Assessed>(Assessed assessed) -> all.add(assessed);
        case Outcome.Refused<Assessed>(Refusal refusal) -> {
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

  private Uni<Outcome<List<Grant>>> file(SqlConnection tx, Asking asking, List<Assessed> assessed) {
    Links links = assessed.size() > 1 ? Links.bundle(Uuids.next(clock)) : Links.NONE;
    List<String> together = assessed.stream().map(Assessed::role).toList();
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
                                one -> fileOne(tx, asking, one, links, together))
                            .collect()
                            .asList()
                            .map(Elevations::allOrNone)))
        .chain(all -> orRollback(tx, all));
  }

  private Uni<Outcome<Grant>> fileOne(
      SqlConnection tx, Asking asking, Assessed one, Links links, List<String> together) {
    return compatible(tx, asking, one, together)
        .chain(free -> free.thenUni(yes -> noOverdueReview(tx, asking, one)))
        .chain(
            clear ->
                clear.thenUni(
                    yes ->
                        requests
                            .file(
                                tx,
                                request(asking, one, links),
                                asking.because("asked"),
                                asked(one))
                            .chain(id -> decideByPolicy(tx, asking, one, id))));
  }

  private GrantRequest request(Asking asking, Assessed one, Links links) {
    RequestRules rules = one.rules();
    Optional<Duration> review =
        asking.manner() == Manner.BREAK_GLASS
            ? rules.breakGlass().map(BreakGlass::within)
            : Optional.empty();
    return new GrantRequest(
        asking.holder().id(),
        asking.asker().id(),
        one.role(),
        one.wish().reason(),
        one.assessment().duration(),
        one.wish().start(),
        one.assessment().authorityEndsAt(),
        Narrowing.of(one.wish()).json(),
        links.bundle(),
        links.extending(),
        new GrantRequest.Clocks(rules.requestWaits(), rules.approvalWaits(), rules.idle()),
        review,
        asking.policy().version());
  }

  /** Held together with this one; an extension's own role is no other. */
  private Uni<Outcome<Boolean>> compatible(
      SqlConnection tx, Asking asking, Assessed one, List<String> together) {
    return ElevationTables.heldRoles(tx, asking.holder().id(), NONE, false)
        .map(
            held -> {
              TreeSet<String> all = new TreeSet<>(held);
              all.addAll(together);
              return new Judgement(asking.policy(), clock.instant()).compatible(one.role(), all);
            });
  }

  private static Uni<Outcome<Boolean>> noOverdueReview(
      SqlConnection tx, Asking asking, Assessed one) {
    if (asking.manner() != Manner.BREAK_GLASS) {
      return Uni.createFrom().item(Outcome.ok(true));
    }
    return ElevationTables.hasOverdueReview(tx, asking.holder().id(), one.role())
        .map(
            overdue ->
                overdue
                    ? Outcome.refused(
                        new Refusal.Forbidden(
                            "review-overdue",
                            "an earlier break-glass of yours or of this role waits for its overdue review"))
                    : Outcome.ok(true));
  }

  private Uni<Outcome<Grant>> decideByPolicy(
      SqlConnection tx, Asking asking, Assessed one, GrantId id) {
    if (asking.manner() == Manner.BREAK_GLASS) {
      Because glass =
          new Because(
              "system:break-glass", "break-glass: " + one.wish().reason(), asking.requestId());
      return machine
          .move(tx, id, Move.APPROVE, glass)
          .chain(
              moved ->
                  moved.thenUni(
                      grant ->
                          activations.activate(
                              tx, id, asking.holder(), asking.policy(), asking.requestId())));
    }
    if (one.assessment().autoApproved()) {
      Because auto = new Because(BY_POLICY, "the role's conditions approve", asking.requestId());
      return machine.move(tx, id, Move.APPROVE, auto);
    }
    return ElevationTables.lock(tx, id)
        .map(found -> Outcome.ok(found.map(ElevationTables.Locked::grant).orElseThrow()));
  }

  /** Who is asked, or who was skipped, for the message. */
  private static JsonObject asked(Assessed one) {
    JsonArray stages = new JsonArray();
    for (Stage stage : one.assessment().stages()) {
      stages.add(stage.rule().text());
    }
    return new JsonObject()
        .put("stages", stages)
        .put("owner", one.assessment().role().owner())
        .put("duration", one.assessment().duration().toString());
  }

  private static Uni<Outcome<Boolean>> hold(SqlConnection tx, Asking asking) {
    return ElevationTables.holdPolicy(tx, asking.policy().version())
        .chain(
            same ->
                same
                    ? ElevationTables.holdPerson(tx, asking.holder().id()).map(Elevations::active)
                    : Uni.createFrom().item(Activations.policyChanged()));
  }

  private static Outcome<Boolean> active(boolean active) {
    return active
        ? Outcome.ok(true)
        : Outcome.refused(new Refusal.Denied("identity-inactive", "the holder is not active"));
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
