package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.await;
import static dev.mayfly.grant.ElevationFixture.code;
import static dev.mayfly.grant.ElevationFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.story.Eventually;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** More time for a grant: without a gap, or not at all (docs/decisions/0007). */
class ExtensionsTest {

  private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);

  private static final String WAITING =
      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

  private final ElevationFixture shop = new ElevationFixture();
  private final Person ada = shop.person("ada", "engineers");
  private final Person grace = shop.person("grace", "engineers", "sre");

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void extensionGoesOnWithoutAGap_afterANewDecision() {
    Grant active = active("deploy");
    shop.pass(Duration.ofMinutes(20));
    Grant extension = value(extend(active));
    assertThat(extension.state()).isEqualTo(GrantState.REQUESTED);
    Grant extended = value(shop.approve(extension, grace));
    assertThat(extended.state()).isEqualTo(GrantState.ACTIVE);
    assertThat(extended.expiresAt()).contains(active.expiresAt().orElseThrow().plus(HALF_AN_HOUR));
  }

  @Test
  void extensionGoesOnWithoutAGap_whenItIsApprovedInTheLastSecond() {
    Grant active = active("deploy");
    Grant extension = value(extend(active));
    shop.pass(HALF_AN_HOUR.minusSeconds(1));
    Grant extended = value(shop.approve(extension, grace));
    assertThat(extended.state()).isEqualTo(GrantState.ACTIVE);
    assertThat(extended.expiresAt()).contains(active.expiresAt().orElseThrow().plus(HALF_AN_HOUR));
  }

  @Test
  void extensionWaitsNoLonger_thanTheGrantThatItExtendsLives() {
    Grant active = active("deploy");
    Grant extension = value(extend(active));
    assertThat(extension.requested().orElseThrow().waitsUntil()).isEqualTo(active.expiresAt());
  }

  /** Boundary: at the very end of the first, before and after the reaper has been there. */
  @Test
  void extensionCannotBeApproved_whenTheGrantThatItExtendsRanOut() {
    Grant extension = value(extend(active("deploy")));
    shop.pass(HALF_AN_HOUR);
    for (String state : List.of("REQUESTED", "LAPSED")) {
      assertThat(shop.state(extension)).isEqualTo(state);
      Outcome<Grant> late = shop.approve(extension, grace);
      assertThat(code(late)).isEqualTo("grant-state");
      assertThat(say(late)).contains("has ended", "files a new request");
      await(shop.reaper().reap());
    }
    assertThat(shop.state(extension)).isEqualTo("LAPSED");
    assertThat(
            shop.text(
                "SELECT string_agg(cause, '|') FROM audit_events WHERE action = 'grant.lapse' AND subject = 'grant:%s'"
                    .formatted(extension.id())))
        .as("rule 8: one event, with its cause")
        .isEqualTo("the grant it extends has ended");
  }

  /** The row says ACTIVE until the reaper has been there; the clock decides. */
  @Test
  void grantCannotBeExtended_onceItRanOut() {
    Grant active = active("deploy");
    shop.pass(HALF_AN_HOUR);
    assertThat(shop.state(active)).isEqualTo("ACTIVE");
    Outcome<Grant> late = extend(active);
    assertThat(code(late)).isEqualTo("grant-state");
    assertThat(say(late)).contains("EXPIRED");
  }

  /** What the statement itself holds to, whoever asks it. */
  @Test
  void machineBeginsNoExtension_afterTheGrantThatItExtends() {
    Grant active = active("deploy");
    Grant extension = value(extend(active));
    shop.test()
        .execute(
            "UPDATE grants SET deadline = deadline + interval '1 hour' WHERE id = '%s'"
                .formatted(extension.id()));
    shop.pass(HALF_AN_HOUR);
    Because because = new Because("test", "late", "");
    assertThat(
            code(
                await(
                    shop.database()
                        .inTransaction(
                            tx -> shop.machine().move(tx, extension.id(), Move.APPROVE, because)))))
        .isEqualTo("grant-state");
  }

  /** Its own clock is told apart: the first lives on. */
  @Test
  void extensionLapsesByItsOwnClock_whileTheGrantThatItExtendsLives() {
    Grant active = active("deploy");
    Grant extension = value(extend(active));
    shop.test()
        .execute(
            "UPDATE grants SET deadline = mayfly_now() + interval '1 minute' WHERE id = '%s'"
                .formatted(extension.id()));
    shop.pass(Duration.ofMinutes(1));
    assertThat(say(shop.approve(extension, grace))).isEqualTo("this request is LAPSED by now");
    await(shop.reaper().reap());
    assertThat(shop.state(active)).isEqualTo("ACTIVE");
    assertThat(shop.text("SELECT cause FROM grants WHERE id = '%s'".formatted(extension.id())))
        .isEqualTo("ran out");
  }

  @Test
  void extensionEndsWithWhatItExtends_whenThatIsTakenBack() {
    Grant active = active("deploy");
    Grant extension = value(extend(active));
    value(shop.approve(extension, grace));
    value(await(shop.endings().end(active.id(), grace, "", shop.policy(), "")));
    assertThat(shop.state(active)).isEqualTo("REVOKED");
    assertThat(shop.state(extension)).isEqualTo("REVOKED");
  }

  /**
   * Whoever ends a grant goes on to its extension: the other way round, both would wait for ever.
   */
  @Test
  void whoEnsuresTakesAGrant_beforeItsExtension() throws SQLException {
    Grant active = active("deploy");
    shop.pass(Duration.ofMinutes(1));
    Grant extension = value(extend(active));
    value(shop.approve(extension, grace));
    try (Connection ending = shop.test().connect();
        var statement = ending.createStatement()) {
      ending.setAutoCommit(false);
      statement.execute("SELECT 1 FROM grants WHERE id = '%s' FOR UPDATE".formatted(active.id()));
      var ensuring =
          shop.elevations()
              .ensure(shop.asking(ada), ElevationFixture.wish("deploy"))
              .subscribeAsCompletionStage();
      Eventually.within(Duration.ofSeconds(20), () -> shop.text(WAITING).equals("1"));
      statement.execute(
          "SELECT 1 FROM grants WHERE id = '%s' FOR UPDATE NOWAIT".formatted(extension.id()));
      ending.rollback();
      assertThat(value(ensuring.join()).id()).isEqualTo(extension.id());
    }
  }

  @Test
  void extensionIsRefused_whenItWouldReachFurtherThanOneGrantMay() {
    Grant asked = shop.requested(ada, "auditing");
    assertThat(asked.state()).as("its condition approves").isEqualTo(GrantState.APPROVED);
    Grant active = value(shop.activate(asked, ada));
    for (int more = 0; more < 3; more++) {
      active = value(extend(active));
    }
    assertThat(active.expiresAt()).contains(shop.now().plus(Duration.ofHours(2)));
    assertThat(code(extend(active))).as("it is the longest there is").isEqualTo("too-early");
  }

  private Outcome<Grant> extend(Grant active) {
    return await(
        shop.extensions().extend(shop.asking(ada), active.id(), HALF_AN_HOUR, "not done yet"));
  }

  private Grant active(String role) {
    Grant asked = shop.requested(ada, role);
    value(shop.approve(asked, grace));
    return value(shop.activate(asked, ada));
  }

  private static String say(Outcome<?> outcome) {
    return outcome instanceof Outcome.Refused<?>(Refusal refusal) ? refusal.say() : "ok";
  }
}
