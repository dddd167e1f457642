package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.code;
import static dev.mayfly.grant.ElevationFixture.value;
import static dev.mayfly.grant.OutsideFactsTest.wish;
import static dev.mayfly.grant.check.LoopbackChecker.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.check.LoopbackChecker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a refusal says of the outside facts that it rests on, and of no others. */
class FactsInWordsTest {

  private static final String[] BOTH = {"on_call", "ticket"};

  private final LoopbackChecker checker = new LoopbackChecker();
  private final ElevationFixture shop = new ElevationFixture();
  private final Person ada = shop.person("ada", "engineers");
  private final Person grace = shop.person("grace", "engineers", "sre");

  @BeforeEach
  void checkerIsAsked() {
    shop.policySays(checker.root(), "http://127.0.0.1:1");
    shop.checkSettings(LoopbackChecker.settings(BOTH));
    checker.says("ticket", true).says("on_call", false);
  }

  @AfterEach
  void close() {
    shop.close();
    checker.close();
  }

  @Test
  void requestIsRefused_andToldWhy_whenAFactSaysNo() {
    checker.says("ticket", text(200, "{\"holds\": false, \"why\": \"OPS-7 is closed\"}"));
    Outcome<Grant> refused = shop.request(ada, wish());
    assertThat(code(refused)).isEqualTo("condition-not-met");
    assertThat(say(refused)).contains("checks.ticket does not hold (OPS-7 is closed)");
    assertThat(checker.takeNames()).containsExactly(BOTH);
    checker.says("ticket", text(503, ""));
    assertThat(say(shop.request(ada, wish())))
        .contains("checks.ticket could not be evaluated (it answered 503)");
  }

  /** Nobody on call is why somebody has to decide, and no reason not to. */
  @Test
  void refusedApprovalNamesWhatItRestsOn_andNotWhatWouldHaveSparedIt() {
    Grant grant = value(shop.request(ada, wish()));
    checker.says("ticket", text(200, "{\"holds\": false, \"why\": \"OPS-7 is closed\"}"));
    assertThat(say(shop.approve(grant, grace)))
        .endsWith(
            "now: checks.ticket does not hold (OPS-7 is closed), condition does not hold"
                + " (this does not hold: checks.ticket)");
    checker.says("ticket", text(503, "")).says("on_call", text(503, ""));
    assertThat(say(shop.approve(grant, grace)))
        .endsWith("now: checks.ticket could not be evaluated (it answered 503)");
  }

  private static String say(Outcome<?> outcome) {
    return outcome instanceof Outcome.Refused<?>(Refusal refusal) ? refusal.say() : "";
  }
}
