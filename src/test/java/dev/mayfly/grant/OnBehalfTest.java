package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.await;
import static dev.mayfly.grant.ElevationFixture.code;
import static dev.mayfly.grant.ElevationFixture.value;
import static dev.mayfly.grant.ElevationFixture.wish;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests for somebody else: one asks, another holds, and a third decides. */
class OnBehalfTest {

  private final ElevationFixture shop = new ElevationFixture();
  private final Person ada = shop.person("ada", "engineers");
  private final Person grace = shop.person("grace", "engineers", "sre");
  private final Person joan = shop.person("joan", "security");
  private final Person lead = shop.person("lead", "engineers", "leads", "sre");

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void requestForSomebodyElse_isDecidedForBoth() {
    Grant asked = value(askedByLead());
    assertThat(asked.identity()).isEqualTo(ada.id());
    assertThat(code(shop.approve(asked, lead))).as("rule 9: who asked").isNotEqualTo("ok");
    assertThat(code(ask(grace))).isEqualTo("not-on-behalf");
  }

  @Test
  void grantSaysWhoAskedForIt() {
    assertThat(value(askedByLead()).requested().orElseThrow().byName()).isEqualTo(lead.name());
    assertThat(shop.requested(ada, "deploy").requested().orElseThrow().byName())
        .isEqualTo(ada.name());
  }

  /** They may see it, so that it is somebody else's to begin is no secret either. */
  @Test
  void whoAskedIsToldThatTheHolderBegins_andNobodyElseIs() {
    Grant approved = approved();
    Outcome<Grant> begun = shop.activate(approved, lead);
    assertThat(code(begun)).isEqualTo("not-the-holder");
    assertThat(((Outcome.Refused<Grant>) begun).refusal().say()).contains(ada.name());
    assertThat(code(shop.activate(approved, grace))).as("a stranger").isEqualTo("grant-unknown");
    Grant active = value(shop.activate(approved, ada));
    assertThat(active.state()).isEqualTo(GrantState.ACTIVE);
    assertThat(code(extended(active, lead))).isEqualTo("not-the-holder");
    assertThat(code(extended(active, grace))).isEqualTo("grant-unknown");
  }

  /** No login of who asks stands for the holder's: theirs is asked for when they begin. */
  @Test
  void freshLoginIsTheHolders_atActivation() {
    shop.policySays("no-reciprocal: 24h\n      login: {max-age: 15m}", "no-reciprocal: 24h");
    shop.pass(Duration.ofMinutes(20));
    assertThat(code(shop.request(ada, wish("database")))).isEqualTo("login-too-weak");
    Grant approved = approved();
    Outcome<Grant> stale = shop.activate(approved, ada);
    assertThat(((Outcome.Refused<Grant>) stale).refusal()).isInstanceOf(Refusal.StepUp.class);
    assertThat(shop.state(approved)).as("it waits for the login").isEqualTo("APPROVED");
    Person fresh =
        new Person(ada.id(), ada.name(), ada.entry(), ada.claims(), shop.now(), ada.session());
    assertThat(value(shop.activate(approved, fresh)).state()).isEqualTo(GrantState.ACTIVE);
  }

  private Grant approved() {
    Grant asked = value(askedByLead());
    value(shop.approve(asked, grace));
    return value(shop.approve(asked, joan));
  }

  private Outcome<Grant> askedByLead() {
    return ask(lead);
  }

  private Outcome<Grant> ask(Person asker) {
    Elevations.Asking asking =
        new Elevations.Asking(asker, ada, shop.policy(), Elevations.Manner.ORDINARY, "");
    return await(shop.elevations().request(asking, List.of(wish("database"))))
        .then(all -> Outcome.ok(all.getFirst()));
  }

  private Outcome<Grant> extended(Grant active, Person by) {
    return await(
        shop.extensions()
            .extend(shop.asking(by), active.id(), Duration.ofMinutes(30), "not done yet"));
  }
}
