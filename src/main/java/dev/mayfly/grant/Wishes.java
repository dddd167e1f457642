package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.Elevations.Asking;
import dev.mayfly.grant.check.Checks;
import dev.mayfly.grant.check.Question;
import dev.mayfly.policy.Assessment;
import dev.mayfly.policy.RequestRules;
import dev.mayfly.policy.Wish;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What the policy says to wishes. Outside facts are asked for first, outside of any transaction,
 * and only for what may be asked for at all: nobody makes the broker call out who has no right to
 * the role.
 */
@ApplicationScoped
public class Wishes {

  private final Checks checks;
  private final InstantSource clock;

  public Wishes(Checks checks, InstantSource clock) {
    this.checks = checks;
    this.clock = clock;
  }

  /** The wishes with what was heard of the outside, all asked for at the same time. */
  Uni<Outcome<List<Wish>>> informed(Asking asking, List<Wish> wishes) {
    return all(wishes, wish -> ask(asking, wish))
        .thenUni(
            asked ->
                Uni.join()
                    .all(asked.stream().map(one -> informed(asking, one)).toList())
                    .andFailFast()
                    .map(Outcome::ok));
  }

  private Outcome<Filing.Assessed> ask(Asking asking, Wish wish) {
    return assess(asking, wish)
        .then(assessment -> Outcome.ok(new Filing.Assessed(wish, assessment)));
  }

  private Uni<Wish> informed(Asking asking, Filing.Assessed one) {
    Question question =
        new Question(
            asking.asker().name(),
            asking.holder().name(),
            Optional.empty(),
            one.wish(),
            one.assessment());
    return checks.ask(question, asking.asker().name()).map(one.wish()::with);
  }

  /** What the policy says to one, whether its conditions hold or not. */
  Outcome<Assessment> assess(Asking asking, Wish wish) {
    return asking
        .policy()
        .assess(asking.holder().elevated(), wish, clock.instant())
        .then(assessment -> mayAsk(asking, assessment));
  }

  /** The first wish that may not be refuses them all. */
  Outcome<List<Filing.Assessed>> judge(Asking asking, List<Wish> wishes) {
    return all(
        wishes,
        wish ->
            assess(asking, wish)
                .then(Judgement::permitted)
                .then(assessment -> freshEnough(asking, assessment))
                .then(assessment -> Outcome.ok(new Filing.Assessed(wish, assessment))));
  }

  /** Of who asks for somebody else no login of theirs helps: the holder is asked at activation. */
  private static Outcome<Assessment> freshEnough(Asking asking, Assessment assessment) {
    return asking.onBehalf() ? Outcome.ok(assessment) : Judgement.freshEnough(assessment);
  }

  private static <T> Outcome<List<T>> all(List<Wish> wishes, Function<Wish, Outcome<T>> each) {
    List<T> all = new ArrayList<>();
    for (Wish wish : wishes) {
      switch (each.apply(wish)) {
        case Outcome.Ok<T>(T one) -> all.add(one);
        case Outcome.Refused<T>(Refusal refusal) -> {
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
    boolean glass = asking.manner() == Elevations.Manner.BREAK_GLASS;
    if (glass && (rules.breakGlass().isEmpty() || asking.onBehalf())) {
      return Outcome.refused(
          new Refusal.Forbidden(
              "no-break-glass", "%s cannot be taken at once".formatted(assessment.role().id())));
    }
    return Outcome.ok(assessment);
  }
}
