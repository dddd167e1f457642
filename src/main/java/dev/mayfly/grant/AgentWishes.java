package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.policy.Agent;
import dev.mayfly.policy.Assessment;
import dev.mayfly.policy.Fact;
import dev.mayfly.policy.Wish;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a person's wish for an agent comes to: a part of what they hold where it fits into that, a
 * request of its own else; judged as theirs, with the outside facts it rests on.
 */
@ApplicationScoped
public class AgentWishes {

  private final Database database;
  private final Wishes wishes;
  private final GrantFacts facts;

  public AgentWishes(Database database, Wishes wishes, GrantFacts facts) {
    this.database = database;
    this.wishes = wishes;
    this.facts = facts;
  }

  /**
   * What was heard of the outside. Facts say nothing of anything else than what they were asked
   * about.
   *
   * @param grant that they were asked about, where one was open already
   * @param wish that they were asked about, without them
   */
  record Heard(Optional<GrantId> grant, Optional<Wish> wish, Map<String, Fact> facts) {
    private static final Heard NOTHING = new Heard(Optional.empty(), Optional.empty(), Map.of());

    Map<String, Fact> of(GrantId id) {
      return grant.equals(Optional.of(id)) ? facts : Map.of();
    }

    private Wish with(Wish one) {
      return wish.equals(Optional.of(one)) ? one.with(facts) : one;
    }
  }

  /**
   * A wish that the policy lets the person have for this agent.
   *
   * @param partOf the grant of theirs that it is a part of
   */
  record Judged(Optional<GrantId> partOf, Filing.Assessed assessed) {}

  /** One way to read a wish. */
  private record Reading(Optional<GrantId> partOf, Wish wish) {}

  /** Asks the outside before any transaction, and only for who has a right to the role. */
  Uni<Outcome<Heard>> hear(Elevations.Asking asking, Wish wish) {
    return asking.policy().withChecks().contains(wish.role())
        ? database
            .inTransaction(tx -> DelegationTables.open(tx, asking, wish.role()))
            .chain(
                open ->
                    open.map(grant -> hear(asking, grant)).orElseGet(() -> hearAnew(asking, wish)))
        : Uni.createFrom().item(Outcome.ok(Heard.NOTHING));
  }

  private Uni<Outcome<Heard>> hear(Elevations.Asking asking, Grant open) {
    return facts
        .forActivation(open.id(), asking.holder(), asking.policy())
        .map(heard -> Outcome.ok(new Heard(Optional.of(open.id()), Optional.empty(), heard)));
  }

  private Uni<Outcome<Heard>> hearAnew(Elevations.Asking asking, Wish wish) {
    return database
        .inTransaction(tx -> DelegationTables.basis(tx, asking, wish.role()))
        .map(basis -> likely(asking, wish, basis.held()))
        .chain(
            likely ->
                likely.thenUni(
                    reading ->
                        wishes
                            .informed(asking, List.of(reading))
                            .map(heard -> heard.then(one -> Outcome.ok(heard(reading, one))))));
  }

  private static Heard heard(Wish reading, List<Wish> informed) {
    return new Heard(Optional.empty(), Optional.of(reading), informed.getFirst().checks());
  }

  /** The first reading that may be had at all, whether its conditions hold or not. */
  private Outcome<Wish> likely(Elevations.Asking asking, Wish wish, List<Grant> held) {
    Outcome<Wish> last = Outcome.ok(wish);
    for (Reading reading : readings(wish, held)) {
      last =
          wishes
              .assess(asking, reading.wish())
              .then(assessment -> mayAct(asking, assessment))
              .then(assessment -> Outcome.ok(reading.wish()));
      if (last instanceof Outcome.Ok<Wish>) {
        return last;
      }
    }
    return last;
  }

  /** What the policy says: the first reading that it lets them have, or why not the last. */
  Outcome<Judged> judge(Elevations.Asking asking, Wish wish, List<Grant> held, Heard heard) {
    List<Reading> readings = readings(wish, held);
    for (Reading reading : readings.subList(0, readings.size() - 1)) {
      if (judge(asking, reading, heard) instanceof Outcome.Ok<Judged> part) {
        return part;
      }
    }
    return judge(asking, readings.getLast(), heard);
  }

  private Outcome<Judged> judge(Elevations.Asking asking, Reading reading, Heard heard) {
    Wish informed = heard.with(reading.wish());
    return wishes
        .assess(asking, informed)
        .then(assessment -> mayAct(asking, assessment))
        .then(Judgement::permitted)
        .then(Judgement::freshEnough)
        .then(
            assessment ->
                Outcome.ok(
                    new Judged(reading.partOf(), new Filing.Assessed(informed, assessment))));
  }

  /** As a part of each grant that holds it all, the longest first; and as a request of its own. */
  private static List<Reading> readings(Wish wish, List<Grant> held) {
    List<Reading> readings = new ArrayList<>();
    for (Grant whole : held) {
      Grant.Requested asked = whole.requested().orElseThrow();
      Narrowing.of(asked.ask())
          .partFor(wish, asked.duration())
          .ifPresent(part -> readings.add(new Reading(Optional.of(whole.id()), part)));
    }
    readings.add(new Reading(Optional.empty(), wish));
    return readings;
  }

  private static Outcome<Assessment> mayAct(Elevations.Asking asking, Assessment assessment) {
    Agent agent = asking.agent().orElseThrow().agent();
    return asking.policy().mayAct(agent.entry().id(), assessment.role().id())
        ? Outcome.ok(assessment)
        : Outcome.refused(
            new Refusal.Forbidden(
                "agent-not-allowed",
                "%s may not act under %s".formatted(agent.name(), assessment.role().id())));
  }
}
