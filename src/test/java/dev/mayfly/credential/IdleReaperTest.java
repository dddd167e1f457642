package dev.mayfly.credential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.grant.GrantConfig;
import dev.mayfly.grant.GrantMachine;
import dev.mayfly.grant.IdleGrants;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Meeting;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.mutiny.Uni;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Use it or lose it: what nothing is minted under for a role's idle time is given back. */
class IdleReaperTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Duration IDLE = Duration.ofMinutes(20);

  private final LedgerFixture fixture = new LedgerFixture();
  private final GrantId grant = idle(fixture.grant("orders-mend", Duration.ofHours(2)));

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void grantIsReleased_whenNothingWasEverMintedUnderIt() {
    at(IDLE.minusSeconds(1));
    reap();
    assertThat(released()).isEqualTo(0);

    at(IDLE);
    reap();
    assertThat(released()).isEqualTo(1);
    assertThat(
            fixture.count(
                "SELECT count(*) FROM audit_events WHERE action = 'grant.release' AND cause = 'idle'"))
        .as("rule 8")
        .isEqualTo(1);
    assertThat(fixture.count("SELECT count(*) FROM revocations WHERE reason = 'idle'"))
        .as("what was minted under it is taken back")
        .isEqualTo(1);
  }

  @Test
  void grantIsKept_whileItIsUsed_andReleasedOneIdleTimeAfterItsLastUse() {
    at(Duration.ofMinutes(15));
    assertThat(fixture.record(fixture.entry(grant))).isInstanceOf(Verdict.Recorded.class);
    at(IDLE);
    reap();
    assertThat(released()).isEqualTo(0);

    at(Duration.ofMinutes(35).minusSeconds(1));
    reap();
    assertThat(released()).isEqualTo(0);
    at(Duration.ofMinutes(35));
    reap();
    assertThat(released()).isEqualTo(1);
  }

  /** Two nodes look at the same grants; each grant is looked at by one of them. */
  @Test
  void grantIsReleasedOnce_byManyReapersAtOnce() {
    at(IDLE);
    Uni.join()
        .all(reaper().reap(), reaper().reap(), reaper().reap())
        .andFailFast()
        .await()
        .atMost(LIMIT);
    assertThat(fixture.count("SELECT count(*) FROM audit_events WHERE action = 'grant.release'"))
        .isEqualTo(1);
  }

  /** Its end is the reaper of grants'; here it would be looked at again and again. */
  @Test
  void grantIsPassedOver_onceItHasRunOut() {
    at(Duration.ofHours(2));
    assertThat(reaper().reap().await().atMost(LIMIT)).isZero();
    assertThat(released()).isZero();
  }

  /** Whoever waits for what rests on one must not hold the next (docs/decisions/0001). */
  @Test
  void grantsAreReleasedOneByOne_eachWithWhatRestsOnIt() throws SQLException {
    GrantId next = idle(fixture.grant("orders-mend-too", Duration.ofHours(2)));
    GrantId extension = fixture.grant("orders-mend", Duration.ofHours(2));
    fixture
        .test()
        .execute(
            "UPDATE grants SET extends = '%s', kind = 'REQUESTED', state = 'REQUESTED', idle_at = NULL WHERE id = '%s'"
                .formatted(grant, extension));
    fixture
        .test()
        .execute(
            "UPDATE grants SET idle_at = idle_at + interval '1 second' WHERE id = '%s'"
                .formatted(next));
    at(IDLE.plusSeconds(1));
    int looked =
        new Meeting(fixture.test())
            .at(Meeting.grant(extension), Meeting.grant(next), reaper().reap());
    assertThat(looked).isEqualTo(2);
    assertThat(released()).isEqualTo(2);
  }

  @Test
  void nothingIsMinted_underAGrantThatWasReleased() {
    at(IDLE);
    reap();
    assertThat(fixture.record(fixture.entry(grant)))
        .isEqualTo(new Verdict.Rejected(Verdict.Reason.GRANT));
  }

  private void at(Duration sinceStart) {
    fixture.test().setClock(LedgerFixture.START.plus(sinceStart));
  }

  private void reap() {
    reaper().reap().await().atMost(LIMIT);
  }

  private IdleReaper reaper() {
    GrantConfig config =
        new SmallRyeConfigBuilder()
            .addDefaultInterceptors()
            .addDiscoveredConverters()
            .withMapping(GrantConfig.class)
            .build()
            .getConfigMapping(GrantConfig.class);
    return new IdleReaper(
        fixture.test().database(), new IdleGrants(), new GrantMachine(Clock.systemUTC(), config));
  }

  /** One that a person asked for, of a role with an idle time. */
  private GrantId idle(GrantId id) {
    fixture
        .test()
        .execute(
            """
            UPDATE grants SET kind = 'REQUESTED', requested_by = identity_id, idle = interval '20 minutes',
                              idle_at = activated_at + interval '20 minutes'
            WHERE id = '%s'
            """
                .formatted(id));
    return id;
  }

  /** How many were released. */
  private long released() {
    return fixture.count("SELECT count(*) FROM grants WHERE state = 'RELEASED'");
  }
}
