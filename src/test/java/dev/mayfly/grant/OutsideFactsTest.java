package dev.mayfly.grant;

import static dev.mayfly.grant.CheckedShop.BOTH;
import static dev.mayfly.grant.CheckedShop.say;
import static dev.mayfly.grant.CheckedShop.wish;
import static dev.mayfly.grant.ElevationFixture.await;
import static dev.mayfly.grant.ElevationFixture.code;
import static dev.mayfly.grant.ElevationFixture.value;
import static dev.mayfly.grant.check.LoopbackChecker.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.grant.check.LoopbackChecker;
import dev.mayfly.policy.CheckResult;
import dev.mayfly.policy.Wish;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What other machines know decides anew at each step, is asked once for it, and under no lock. */
class OutsideFactsTest {

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
  void nobodyNeedsToApprove_whileAFactSaysSo() {
    checker.says("on_call", true);
    Grant grant = value(shop.request(ada, wish()));
    assertThat(grant.state()).isEqualTo(GrantState.APPROVED);
    assertThat(checker.takeNames()).containsExactly(BOTH);
    assertThat(detail(grant, "grant.request")).isEqualTo(detail(grant, "grant.approve"));
    assertThat(detail(grant, "grant.approve"))
        .isEqualTo(
            new JsonObject()
                .put("checks.ticket", new JsonObject().put("result", "MET").put("why", ""))
                .put("checks.on_call", new JsonObject().put("result", "MET").put("why", "")));
    value(shop.activate(grant, ada));
    assertThat(detail(grant, "grant.activate").getJsonObject("checks.on_call").getString("result"))
        .isEqualTo("MET");
  }

  @Test
  void activationIsRefused_whenTheTicketWasClosedInBetween() {
    Grant grant = value(shop.request(ada, wish()));
    checker.takeNames();
    assertThat(value(shop.approve(grant, grace)).state()).isEqualTo(GrantState.APPROVED);
    assertThat(checker.takeNames()).as("asked anew, once").containsExactly(BOTH);
    assertThat(detail(grant, "grant.agree").getJsonObject("checks.ticket").getString("result"))
        .isEqualTo("MET");
    checker.says("ticket", false);
    assertThat(code(shop.activate(grant, ada))).isEqualTo("condition-not-met");
    assertThat(shop.state(grant)).isEqualTo("APPROVED");
    assertThat(checker.asked().getFirst().json().getString("grant"))
        .isEqualTo(grant.id().toString());
    assertThat(checker.takeNames()).containsExactly(BOTH);
    checker.says("ticket", true);
    assertThat(value(shop.activate(grant, ada)).state()).isEqualTo(GrantState.ACTIVE);
  }

  @Test
  void approvalIsRefused_whenTheTicketWasClosedInBetween_andDenialIsNot() {
    Grant grant = value(shop.request(ada, wish()));
    checker.says("ticket", false);
    assertThat(code(shop.approve(grant, grace))).isEqualTo("condition-not-met");
    assertThat(shop.state(grant)).isEqualTo("REQUESTED");
    checker.takeNames();
    assertThat(value(shop.deny(grant, grace)).state()).isEqualTo(GrantState.DENIED);
    assertThat(checker.asked()).as("a no needs no facts").isEmpty();
  }

  @Test
  void silenceBeginsNothingAndEndsNothing_butANoEndsWhatItApproved() {
    checker.says("on_call", true);
    Grant grant = value(shop.request(ada, wish()));
    checker.says("on_call", text(503, ""));
    Outcome<Grant> silent = shop.activate(grant, ada);
    assertThat(code(silent)).isEqualTo("check-unanswered");
    assertThat(say(silent)).contains("checks.on_call (it answered 503)");
    assertThat(shop.state(grant)).isEqualTo("APPROVED");
    checker.says("on_call", false);
    Outcome<Grant> lost = shop.activate(grant, ada);
    assertThat(code(lost)).isEqualTo("approval-lost");
    assertThat(say(lost)).as("nobody had approved").doesNotContain("who approved");
    assertThat(shop.state(grant)).isEqualTo("REVOKED");
  }

  @Test
  void nobodyMakesTheBrokerAsk_whoMayNotHaveIt() {
    Person joan = shop.person("joan", "sales");
    assertThat(code(shop.request(joan, wish()))).isEqualTo("role-unknown");
    assertThat(code(await(shop.elevations().preview(shop.asking(joan), List.of(wish())))))
        .isEqualTo("role-unknown");
    assertThat(code(await(shop.elevations().ensure(shop.asking(joan), wish()))))
        .isEqualTo("role-unknown");
    assertThat(checker.asked()).isEmpty();
    Grant grant = value(shop.request(ada, wish()));
    checker.takeNames();
    assertThat(code(shop.approve(grant, joan))).isNotEqualTo("ok");
    assertThat(code(shop.approve(grant, ada))).as("rule 9").isNotEqualTo("ok");
    assertThat(code(shop.activate(grant, joan))).isEqualTo("grant-unknown");
    assertThat(code(shop.activate(grant, ada))).isEqualTo("grant-state");
    assertThat(checker.asked()).isEmpty();
  }

  @Test
  void dryRunShowsEachFact_andFilesNothing() {
    checker.says("on_call", text(500, ""));
    Elevations.Preview preview =
        value(await(shop.elevations().preview(shop.asking(ada), List.of(wish())))).getFirst();
    assertThat(preview.assessment().results())
        .contains(
            new CheckResult("checks.ticket", CheckResult.Result.MET, ""),
            new CheckResult("checks.on_call", CheckResult.Result.FAILED, "it answered 500"));
    assertThat(preview.assessment().permitted()).isTrue();
    assertThat(checker.takeNames()).containsExactly(BOTH);
    assertThat(shop.text("SELECT count(*) FROM grants WHERE kind = 'REQUESTED'")).isEqualTo("0");
  }

  @Test
  void ensureAsksOnce_whetherItFilesOrActivates() {
    Grant waits = value(await(shop.elevations().ensure(shop.asking(ada), wish())));
    assertThat(waits.state()).isEqualTo(GrantState.REQUESTED);
    assertThat(checker.takeNames()).containsExactly(BOTH);
    value(await(shop.elevations().ensure(shop.asking(ada), wish())));
    assertThat(checker.takeNames()).as("nothing is to be decided").isEmpty();
    value(shop.approve(waits, grace));
    checker.takeNames();
    checker.says("ticket", false);
    assertThat(code(await(shop.elevations().ensure(shop.asking(ada), wish()))))
        .isEqualTo("condition-not-met");
    assertThat(checker.takeNames()).containsExactly(BOTH);
    checker.says("ticket", true);
    assertThat(value(await(shop.elevations().ensure(shop.asking(ada), wish()))).state())
        .isEqualTo(GrantState.ACTIVE);
    checker.says("on_call", true);
    checker.takeNames();
    assertThat(value(await(shop.elevations().ensure(shop.asking(grace), wish()))).state())
        .as("filed, approved and activated")
        .isEqualTo(GrantState.ACTIVE);
    assertThat(checker.takeNames()).containsExactly(BOTH);
  }

  @Test
  void extensionIsAskedAbout_asTheRequestWas() {
    Grant active = active();
    checker.says("ticket", false);
    assertThat(code(extend(active))).isEqualTo("condition-not-met");
    assertThat(checker.takeNames()).containsExactly(BOTH);
    checker.says("ticket", true);
    assertThat(value(extend(active)).state()).isEqualTo(GrantState.REQUESTED);
  }

  /** Every row that an act locks is free while somebody else's machine is asked. */
  @Test
  void nothingIsLockedNorOpen_whileAFactIsAskedFor() {
    AtomicInteger looked = new AtomicInteger();
    checker.whileAsked(() -> allIsFree(looked));
    value(await(shop.elevations().preview(shop.asking(ada), List.of(wish()))));
    Grant active = active();
    value(extend(active));
    value(await(shop.elevations().ensure(shop.asking(grace), wish())));
    Person alan = shop.person("alan", "engineers");
    scheduled(alan);
    shop.pass(Duration.ofHours(1));
    assertThat(await(shop.scheduledStarts().begin())).isEqualTo(1);
    assertThat(looked)
        .as("request, dry run, approve, activate, extend, ensure, start")
        .hasValue(18);
  }

  /** One at a time: two of these would be in each other's way. */
  private synchronized void allIsFree(AtomicInteger looked) {
    shop.test()
        .execute(
            """
            BEGIN;
            SELECT 1 FROM policy_active FOR UPDATE NOWAIT;
            SELECT 1 FROM identities FOR UPDATE NOWAIT;
            SELECT 1 FROM grants FOR UPDATE NOWAIT;
            COMMIT;
            """);
    assertThat(
            shop.text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND state LIKE 'idle in transaction%'"))
        .isEqualTo("0");
    looked.incrementAndGet();
  }

  @Test
  void activationIsRefused_whenThePolicyChangesWhileAFactIsAskedFor() {
    Grant grant = approved();
    checker.whileAsked(
        () ->
            shop.test()
                .execute(
                    """
                    INSERT INTO policy_versions VALUES (2, '', '', mayfly_now(), 'test')
                      ON CONFLICT DO NOTHING;
                    UPDATE policy_active SET version = 2;
                    """));
    assertThat(code(shop.activate(grant, ada))).isEqualTo("policy-changed");
    assertThat(shop.state(grant)).isEqualTo("APPROVED");
  }

  @Test
  void scheduledStartBegins_whenItsFactsHoldThen() {
    Grant grant = scheduled(ada);
    checker.takeNames();
    await(shop.reaper().reap());
    await(shop.scheduledStarts().begin());
    assertThat(checker.asked()).as("not before its time").isEmpty();
    shop.pass(Duration.ofHours(1));
    await(shop.reaper().reap());
    assertThat(shop.state(grant)).as("left to the loop that asks").isEqualTo("SCHEDULED");
    assertThat(await(shop.scheduledStarts().begin())).isEqualTo(1);
    assertThat(shop.state(grant)).isEqualTo("ACTIVE");
    assertThat(checker.takeNames()).containsExactly(BOTH);
    assertThat(detail(grant, "grant.activate").getJsonObject("checks.ticket").getString("result"))
        .isEqualTo("MET");
  }

  @Test
  void scheduledStartIsWithdrawn_whenAFactSaysNo() {
    Grant grant = scheduled(ada);
    checker.says("ticket", false);
    shop.pass(Duration.ofHours(1));
    await(shop.scheduledStarts().begin());
    assertThat(shop.state(grant)).isEqualTo("REVOKED");
    assertThat(detail(grant, "grant.revoke").getJsonObject("checks.ticket").getString("result"))
        .isEqualTo("NOT_MET");
  }

  @Test
  void scheduledStartWaits_whenAFactHasNoAnswer_untilItHasOne() {
    Grant grant = scheduled(ada);
    checker.says("ticket", text(503, ""));
    shop.pass(Duration.ofHours(1));
    await(shop.scheduledStarts().begin());
    assertThat(shop.state(grant)).isEqualTo("SCHEDULED");
    checker.takeNames();
    assertThat(await(shop.scheduledStarts().begin())).as("not again at once").isZero();
    assertThat(checker.asked()).isEmpty();
    checker.says("ticket", true);
    shop.pass(ScheduledStarts.PAUSE);
    assertThat(await(shop.scheduledStarts().begin())).isEqualTo(1);
    assertThat(shop.state(grant)).isEqualTo("ACTIVE");
  }

  /** Boundary: at the very end of its patience it is over. */
  @Test
  void scheduledStartIsWithdrawn_whenTheSilenceLastsTooLong() {
    Grant grant = scheduled(ada);
    checker.says("ticket", text(503, ""));
    shop.pass(Duration.ofHours(1).plus(Duration.ofMinutes(10)).minusSeconds(30));
    await(shop.scheduledStarts().begin());
    assertThat(shop.state(grant)).isEqualTo("SCHEDULED");
    shop.pass(ScheduledStarts.PAUSE);
    await(shop.scheduledStarts().begin());
    assertThat(shop.state(grant)).isEqualTo("REVOKED");
    assertThat(shop.text("SELECT cause FROM grants WHERE id = '%s'".formatted(grant.id())))
        .isEqualTo("its checks had no answer at its start");
  }

  private Grant approved() {
    Grant grant = value(shop.request(ada, wish()));
    value(shop.approve(grant, grace));
    return grant;
  }

  private Grant active() {
    Grant active = value(shop.activate(approved(), ada));
    shop.pass(Duration.ofMinutes(10));
    checker.takeNames();
    return active;
  }

  private Outcome<Grant> extend(Grant active) {
    return await(
        shop.extensions()
            .extend(shop.asking(ada), active.id(), Duration.ofMinutes(30), "still stuck"));
  }

  private Grant scheduled(Person holder) {
    Wish wish = wish(Optional.of(shop.now().plus(Duration.ofHours(1))));
    Grant grant = value(shop.request(holder, wish));
    assertThat(value(shop.approve(grant, grace)).state()).isEqualTo(GrantState.SCHEDULED);
    return grant;
  }

  private JsonObject detail(Grant grant, String action) {
    return new JsonObject(
            shop.text(
                "SELECT detail FROM audit_events WHERE grant_id = '%s' AND action = '%s'"
                    .formatted(grant.id(), action)))
        .getJsonObject("checks");
  }
}
