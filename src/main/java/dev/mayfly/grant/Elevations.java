package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.Assessment;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.Fact;
import dev.mayfly.policy.Role;
import dev.mayfly.policy.Wish;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Uuids;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Requests of people for more than they may do now: filed, and where the policy itself approves,
 * approved at once. Nothing here decides for anybody else (rule 9): that is {@link Approvals}.
 */
@ApplicationScoped
public class Elevations {

  private final Database database;
  private final Wishes wishes;
  private final GrantFacts facts;
  private final Filing filing;
  private final Activations activations;
  private final InstantSource clock;

  public Elevations(
      Database database,
      Wishes wishes,
      GrantFacts facts,
      Filing filing,
      Activations activations,
      InstantSource clock) {
    this.database = database;
    this.wishes = wishes;
    this.facts = facts;
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
   * @param agent who is to act under it for the holder, where somebody is
   */
  public record Asking(
      Person asker,
      Person holder,
      CompiledPolicy policy,
      Manner manner,
      Optional<Delegations.Acting> agent,
      String requestId) {

    public Asking(
        Person asker, Person holder, CompiledPolicy policy, Manner manner, String requestId) {
      this(asker, holder, policy, manner, Optional.empty(), requestId);
    }

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
  public Uni<Outcome<List<Grant>>> request(Asking asking, List<Wish> asked) {
    return eachOnce(asked)
        .thenUni(once -> wishes.informed(asking, once))
        .map(heard -> heard.then(informed -> wishes.judge(asking, informed)))
        .chain(
            judged ->
                judged.thenUni(
                    assessed -> database.inTransaction(tx -> file(tx, asking, assessed))));
  }

  /**
   * What would come of it: nothing is written.
   *
   * @param manner how it was meant
   * @param toxic what stands in the way of holding it together with what is held
   */
  public record Preview(
      Assessment assessment, Manner manner, Optional<String> toxic, boolean reviewOverdue) {

    /** Whether no login and no decision would help. */
    public boolean refused() {
      return !assessment.permitted()
          || toxic.isPresent()
          || (manner == Manner.BREAK_GLASS && reviewOverdue);
    }

    /** Whether nobody would be asked beforehand. */
    public boolean atOnce() {
      return manner == Manner.BREAK_GLASS || assessment.autoApproved();
    }
  }

  /** Judges without filing: what holds, what does not, who would be asked. */
  public Uni<Outcome<List<Preview>>> preview(Asking asking, List<Wish> asked) {
    return eachOnce(asked)
        .thenUni(once -> wishes.informed(asking, once))
        .chain(
            heard ->
                heard.thenUni(
                    informed -> database.inTransaction(tx -> preview(tx, asking, informed))));
  }

  private static Outcome<List<Wish>> eachOnce(List<Wish> asked) {
    return asked.stream().map(Wish::role).distinct().count() < asked.size()
        ? Outcome.refused(new Refusal.Malformed("role-twice", "a role is asked for twice"))
        : Outcome.ok(asked);
  }

  private Uni<Outcome<List<Preview>>> preview(
      SqlConnection tx, Asking asking, List<Wish> informed) {
    return Multi.createFrom()
        .iterable(informed)
        .onItem()
        .transformToUniAndConcatenate(
            wish ->
                wishes.assess(asking, wish).thenUni(assessment -> preview(tx, asking, assessment)))
        .collect()
        .asList()
        .map(Elevations::allOrNone);
  }

  /** Only a break-glass is reviewed afterwards: of other roles there is none to be overdue. */
  private static Uni<Boolean> overdue(SqlConnection tx, Asking asking, Role role) {
    return Judgement.rules(role).breakGlass().isPresent()
        ? ElevationTables.hasOverdueReview(tx, asking.holder().id(), role.id())
        : Uni.createFrom().item(false);
  }

  private Uni<Outcome<Preview>> preview(SqlConnection tx, Asking asking, Assessment assessment) {
    String role = assessment.role().id();
    Judgement judgement = new Judgement(asking.policy(), clock.instant());
    return ElevationTables.heldRoles(tx, asking.holder().id(), ElevationTables.NO_GRANT, false)
        .chain(
            held ->
                overdue(tx, asking, assessment.role())
                    .map(
                        overdue ->
                            Outcome.ok(
                                new Preview(
                                    assessment,
                                    asking.manner(),
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
    return hear(asking, wish)
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
                                                yes -> ensure(tx, asking, wish, heard))))));
  }

  /**
   * What was heard of the outside.
   *
   * @param about the grant it was asked about; absent for a wish
   */
  private record Heard(Optional<GrantId> about, Map<String, Fact> facts) {
    private static final Heard NOTHING = new Heard(Optional.empty(), Map.of());

    /** Facts say nothing of anything else than what they were asked about. */
    Map<String, Fact> of(Optional<GrantId> subject) {
      return about.equals(subject) ? facts : Map.of();
    }
  }

  private Uni<Outcome<Heard>> hear(Asking asking, Wish wish) {
    return asking.policy().withChecks().contains(wish.role())
        ? database
            .inTransaction(tx -> ElevationTables.lookOpen(tx, asking.holder().id(), wish.role()))
            .chain(open -> hear(asking, wish, open))
        : Uni.createFrom().item(Outcome.ok(Heard.NOTHING));
  }

  private Uni<Outcome<Heard>> hear(Asking asking, Wish wish, List<ElevationTables.Locked> open) {
    if (open.isEmpty()) {
      return wishes
          .informed(asking, List.of(wish))
          .map(
              heard ->
                  heard.then(
                      one -> Outcome.ok(new Heard(Optional.empty(), one.getFirst().checks()))));
    }
    GrantId first = open.getFirst().grant().id();
    return facts
        .forActivation(first, asking.holder(), asking.policy())
        .map(heard -> Outcome.ok(new Heard(Optional.of(first), heard)));
  }

  private Uni<Outcome<Grant>> ensure(SqlConnection tx, Asking asking, Wish wish, Heard heard) {
    return ElevationTables.openOfRole(tx, asking.holder().id(), wish.role())
        .chain(
            open -> {
              if (open.isEmpty()) {
                return fileNew(tx, asking, wish.with(heard.of(Optional.empty())));
              }
              Grant first = open.getFirst().grant();
              return activations.activateIfApproved(
                  tx, asking, first, heard.of(Optional.of(first.id())));
            });
  }

  private Uni<Outcome<Grant>> fileNew(SqlConnection tx, Asking asking, Wish informed) {
    return wishes
        .judge(asking, List.of(informed))
        .then(one -> Outcome.ok(one.getFirst()))
        .thenUni(
            one ->
                Filing.beginsAtOnce(asking, one)
                    ? filing.fileBegun(tx, asking, one)
                    : fileOnly(tx, asking, one));
  }

  /** One that begins later, for one, is scheduled by the longer way. */
  private Uni<Outcome<Grant>> fileOnly(SqlConnection tx, Asking asking, Filing.Assessed one) {
    return filing
        .file(tx, asking, one, Filing.Links.NONE, List.of())
        .chain(
            filed ->
                filed.thenUni(
                    grant ->
                        activations.activateIfApproved(tx, asking, grant, one.wish().checks())));
  }

  private Uni<Outcome<List<Grant>>> file(
      SqlConnection tx, Asking asking, List<Filing.Assessed> assessed) {
    Filing.Links links =
        assessed.size() > 1 ? Filing.Links.bundle(Uuids.next(clock)) : Filing.Links.NONE;
    List<String> together = assessed.stream().map(Filing.Assessed::role).toList();
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
        .chain(all -> Database.orRollback(tx, all));
  }

  /** Policy and person stay as they are until the transaction ends. */
  static Uni<Outcome<Boolean>> hold(SqlConnection tx, Asking asking) {
    return Activations.hold(tx, asking.policy(), asking.holder(), asking.asker().session());
  }

  private static <T> Outcome<List<T>> allOrNone(List<Outcome<T>> each) {
    List<T> all = new ArrayList<>();
    for (Outcome<T> one : each) {
      switch (one) {
        case Outcome.Ok<T>(T value) -> all.add(value);
        case Outcome.Refused<T>(Refusal refusal) -> {
          return Outcome.refused(refusal);
        }
      }
    }
    return Outcome.ok(all);
  }
}
