package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.await;
import static dev.mayfly.grant.ElevationFixture.code;
import static dev.mayfly.grant.ElevationFixture.value;
import static dev.mayfly.grant.ElevationFixture.wish;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.check.LoopbackChecker;
import dev.mayfly.policy.CheckResult;
import dev.mayfly.policy.Wish;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a dry run says: what concerns the role, each thing once, and of which role. */
class DryRunTest {

  private final LoopbackChecker checker = new LoopbackChecker();
  private final ElevationFixture shop = new ElevationFixture();
  private final Person ada = shop.staysLoggedIn(shop.person("ada", "engineers"));

  @BeforeEach
  void checkerIsAsked() {
    shop.policySays(checker.root(), "http://127.0.0.1:1");
    shop.checkSettings(LoopbackChecker.settings("on_call", "ticket"));
    checker.says("ticket", true).says("on_call", false);
  }

  @AfterEach
  void close() {
    shop.close();
    checker.close();
  }

  @Test
  void overdueReviewIsMentioned_ofRolesWithBreakGlassOnly() {
    value(await(shop.elevations().request(meantAtOnce(), List.of(wish("deploy")))));
    shop.pass(Duration.ofDays(1));
    assertThat(preview("deploy").reviewOverdue()).isTrue();
    assertThat(preview("database").reviewOverdue()).as("no break-glass there").isFalse();
  }

  @Test
  void breakGlassIsJudgedAsOne_notAsARequestThatWaits() {
    assertThat(glass("deploy").atOnce()).isTrue();
    assertThat(preview("deploy").atOnce()).isFalse();
    value(await(shop.elevations().request(meantAtOnce(), List.of(wish("deploy")))));
    shop.pass(Duration.ofDays(1));
    assertThat(glass("deploy").refused()).as("a review is overdue").isTrue();
    assertThat(preview("deploy").refused()).as("whoever waits needs none").isFalse();
    assertThat(code(await(shop.elevations().preview(meantAtOnce(), List.of(wish("database"))))))
        .isEqualTo("no-break-glass");
  }

  @Test
  void checkWithoutAnAnswerIsSaidOnce_notAgainByTheConditionThatRestsOnIt() {
    checker.says("ticket", LoopbackChecker.text(503, ""));
    Elevations.Preview silent = preview("restart");
    assertThat(silent.assessment().permitted()).as("rule 10").isFalse();
    assertThat(silent.assessment().results())
        .extracting(CheckResult::name, CheckResult::result)
        .containsExactlyInAnyOrder(
            tuple("checks.ticket", CheckResult.Result.FAILED),
            tuple("checks.on_call", CheckResult.Result.NOT_MET),
            tuple("auto", CheckResult.Result.NOT_MET));
    assertThat(say(shop.request(ada, wish("restart"))))
        .contains("checks.ticket could not be evaluated (it answered 503)")
        .doesNotContain("condition", "attribute");
    checker.says("ticket", false);
    assertThat(preview("restart").assessment().results())
        .as("an answer is judged, and the condition says so")
        .extracting(CheckResult::name)
        .contains("condition");
  }

  @Test
  void nobodyIsAsked_whenARoleIsNamedTwice() {
    List<Wish> twice = List.of(wish("restart"), wish("restart"));
    assertThat(code(await(shop.elevations().preview(shop.asking(ada), twice))))
        .isEqualTo("role-twice");
    assertThat(code(await(shop.elevations().request(shop.asking(ada), twice))))
        .isEqualTo("role-twice");
    assertThat(checker.takeNames()).isEmpty();
    preview("restart");
    assertThat(checker.takeNames()).as("each check once").containsExactly("on_call", "ticket");
  }

  @Test
  void roleThatGivesLessIsNamed_amongSeveral() {
    List<Wish> both = List.of(narrowed("deploy"), narrowed("auditing"));
    for (Outcome<?> refused :
        List.of(
            await(shop.elevations().preview(shop.asking(ada), both)),
            await(shop.elevations().request(shop.asking(ada), both)))) {
      assertThat(code(refused)).isEqualTo("scope-not-available");
      assertThat(say(refused)).contains("auditing does not give", "audit:read");
    }
  }

  private static Wish narrowed(String role) {
    return new Wish(
        role,
        Optional.of(Duration.ofMinutes(30)),
        "the pager went off",
        Optional.empty(),
        Optional.empty(),
        Set.of("deploy"),
        List.of(),
        Optional.empty(),
        Map.of(),
        Map.of());
  }

  private Elevations.Preview preview(String role) {
    return value(await(shop.elevations().preview(shop.asking(ada), List.of(wish(role)))))
        .getFirst();
  }

  private Elevations.Preview glass(String role) {
    return value(await(shop.elevations().preview(meantAtOnce(), List.of(wish(role))))).getFirst();
  }

  private Elevations.Asking meantAtOnce() {
    return new Elevations.Asking(ada, ada, shop.policy(), Elevations.Manner.BREAK_GLASS, "");
  }

  private static String say(Outcome<?> outcome) {
    return outcome instanceof Outcome.Refused<?>(Refusal refusal) ? refusal.say() : "ok";
  }
}
