package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.await;
import static dev.mayfly.grant.ElevationFixture.code;
import static dev.mayfly.grant.ElevationFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is told, and when, that a request has waited too long for those who were asked first. */
class EscalationTest {

  private final ElevationFixture shop = new ElevationFixture();
  private Person ada;
  private Person grace;
  private Person joan;

  @BeforeEach
  void twoStagesThatEscalate() {
    shop.policySays(
        """
              approval:
                - rule: {group: sre}
                  escalate: {after: 10m, rule: {group: security}}
                - rule: {group: leads}
                  escalate: {after: 5m, rule: {group: directors}}
              break-glass: {reviewers: [security], within: 1d}
        """
            .indent(0),
        """
              approval:
                - rule: {group: sre}
              break-glass: {reviewers: [security], within: 1d}
        """
            .indent(0));
    ada = shop.person("ada", "engineers");
    grace = shop.person("grace", "sre");
    joan = shop.person("joan", "security");
  }

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void othersAreToldOnce_whenNobodyHasDecidedInTime() {
    Grant asked = shop.requested(ada, "deploy");
    shop.pass(Duration.ofMinutes(10).minusSeconds(1));
    reap();
    assertThat(told(asked)).isZero();
    assertThat(code(shop.approve(asked, joan))).isEqualTo("approver-not-asked");

    shop.pass(Duration.ofSeconds(1));
    reap();
    reap();
    assertThat(told(asked)).isEqualTo(1);
    assertThat(payload(asked)).contains("security").contains("the pager went off");
    value(shop.approve(asked, joan));
  }

  @Test
  void nextStageEscalates_fromWhenItBegan() {
    Grant asked = shop.requested(ada, "deploy");
    shop.pass(Duration.ofMinutes(9));
    value(shop.approve(asked, grace));
    shop.pass(Duration.ofMinutes(4));
    reap();
    assertThat(told(asked)).isZero();
    shop.pass(Duration.ofMinutes(1));
    reap();
    assertThat(payload(asked)).contains("directors");
  }

  @Test
  void nobodyIsTold_whenItWasDecidedBefore() {
    Grant denied = shop.requested(ada, "deploy");
    value(shop.deny(denied, grace));
    shop.pass(Duration.ofMinutes(11));
    reap();
    assertThat(told(denied)).isZero();
  }

  private void reap() {
    await(shop.reaper().reap());
  }

  private long told(Grant grant) {
    return shop.test()
        .count(
            "SELECT count(*) FROM outbox WHERE topic = 'grant.escalate' AND key = 'grant:%s'"
                .formatted(grant.id()));
  }

  private String payload(Grant grant) {
    return shop.text(
        "SELECT payload FROM outbox WHERE topic = 'grant.escalate' AND key = 'grant:%s'"
            .formatted(grant.id()));
  }
}
