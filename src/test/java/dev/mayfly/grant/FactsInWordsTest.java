package dev.mayfly.grant;

import static dev.mayfly.grant.CheckedShop.BOTH;
import static dev.mayfly.grant.CheckedShop.say;
import static dev.mayfly.grant.CheckedShop.wish;
import static dev.mayfly.grant.ElevationFixture.code;
import static dev.mayfly.grant.ElevationFixture.value;
import static dev.mayfly.grant.check.LoopbackChecker.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.grant.check.LoopbackChecker;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a refusal says of the outside facts that it rests on, and of no others. */
class FactsInWordsTest {

  private final CheckedShop world = new CheckedShop();
  private final LoopbackChecker checker = world.checker;
  private final ElevationFixture shop = world.shop;
  private final Person ada = world.ada;
  private final Person grace = world.grace;

  @AfterEach
  void close() {
    world.close();
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
}
