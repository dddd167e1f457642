package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.await;
import static dev.mayfly.grant.ElevationFixture.code;
import static dev.mayfly.grant.ElevationFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Taking back what has not begun, which never ends what is in use. */
class CancelTest {

  private final ElevationFixture shop = new ElevationFixture();
  private final Person ada = shop.person("ada", "engineers");
  private final Person grace = shop.person("grace", "engineers", "sre");
  private final Grant asked = shop.requested(ada, "deploy");

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void requestIsTakenBack_onceAndWithOneEvent() {
    assertThat(value(cancel(ada)).state()).isEqualTo(GrantState.CANCELLED);
    assertThat(value(cancel(ada)).state()).as("a second click").isEqualTo(GrantState.CANCELLED);
    assertThat(
            shop.test()
                .count(
                    "SELECT count(*) FROM audit_events WHERE action = 'grant.cancel' AND grant_id = '%s'"
                        .formatted(asked.id())))
        .as("rule 8")
        .isEqualTo(1);
  }

  @Test
  void approvalIsTakenBack_beforeItIsUsed() {
    value(shop.approve(asked, grace));
    assertThat(value(cancel(ada)).state()).isEqualTo(GrantState.CANCELLED);
  }

  @Test
  void whatIsInUseIsNotCancelled_andItIsSaidHowToEndIt() {
    value(shop.approve(asked, grace));
    value(shop.activate(asked, ada));
    Outcome<Grant> late = cancel(ada);
    assertThat(code(late)).isEqualTo("grant-state");
    assertThat(((Outcome.Refused<Grant>) late).refusal())
        .isInstanceOf(Refusal.Conflict.class)
        .satisfies(refusal -> assertThat(refusal.say()).contains("/end"));
    assertThat(shop.state(asked)).isEqualTo("ACTIVE");
    value(await(shop.endings().end(asked.id(), ada, "", shop.policy(), "")));
    assertThat(code(cancel(ada))).as("it had begun").isEqualTo("grant-state");
    assertThat(shop.state(asked)).isEqualTo("RELEASED");
  }

  @Test
  void nobodyElseCancels() {
    assertThat(code(cancel(grace))).isEqualTo("grant-unknown");
    assertThat(shop.state(asked)).isEqualTo("REQUESTED");
  }

  private Outcome<Grant> cancel(Person person) {
    return await(shop.endings().cancel(asked.id(), person, "", shop.policy(), ""));
  }
}
