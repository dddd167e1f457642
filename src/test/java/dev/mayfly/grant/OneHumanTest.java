package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.await;
import static dev.mayfly.grant.ElevationFixture.code;
import static dev.mayfly.grant.ElevationFixture.value;
import static dev.mayfly.grant.ElevationFixture.wish;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.grant.session.SessionEnds;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rule 9 is about humans: a new name gives nobody a second voice. */
class OneHumanTest {

  private final ElevationFixture shop = new ElevationFixture();
  private final Person bob = shop.person("bob", "engineers");
  private final Person alice = shop.person("alice", "engineers", "sre", "security", "leads");

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void nobodyApproves_whatTheyAskedForUnderAnEarlierName() {
    Elevations.Asking forBob =
        new Elevations.Asking(alice, bob, shop.policy(), Elevations.Manner.ORDINARY, "");
    Grant asked =
        value(await(shop.elevations().request(forBob, List.of(wish("database"))))).getFirst();
    Person married = renamed("alice-married", "sre", "security");
    assertThat(shop.toDecide(married)).as("what they could not approve").isEmpty();
    assertThat(shop.toDecide(shop.person("ruth", "sre", "security"))).hasSize(1);
    assertThat(code(shop.approve(asked, married))).isEqualTo("self-approval");
    assertThat(shop.state(asked)).isEqualTo("REQUESTED");
  }

  @Test
  void nobodyReviews_whatTheyTookUnderAnEarlierName_norTakesMoreWhileItIsOverdue() {
    Grant taken = value(breakGlass(alice));
    Person married = renamed("alice-married", "engineers", "security");
    assertThat(toReview(married)).isEmpty();
    assertThat(toReview(shop.person("ruth", "security"))).hasSize(1);
    assertThat(code(await(shop.reviews().close(taken.id(), married, "fine", shop.policy(), ""))))
        .isEqualTo("grant-unknown");
    shop.test()
        .execute("UPDATE grants SET role = 'deploy-of-old' WHERE id = '%s'".formatted(taken.id()));
    shop.pass(Duration.ofDays(1));
    Person still = shop.regroup(shop.staysLoggedIn(married), "engineers");
    assertThat(code(breakGlass(still))).isEqualTo("review-overdue");
  }

  @Test
  void nobodyApprovesBack_underANewName() {
    Person ruth = shop.person("ruth", "engineers", "security");
    value(shop.approve(shop.requested(alice, "database"), ruth));
    Person married = renamed("alice-married", "engineers", "sre");
    assertThat(code(shop.approve(shop.requested(ruth, "database"), married)))
        .isEqualTo("reciprocal-approval");
  }

  /** Their provider took its word back while they waited for the transaction. */
  @Test
  void nothingBegins_forWhoIsNoLongerLoggedIn() {
    Grant asked = shop.requested(bob, "deploy");
    value(shop.approve(asked, shop.person("grace", "sre")));
    await(
        new SessionEnds(shop.database(), shop.machine(), new Withdrawals(shop.machine()))
            .refused(bob.session(), shop.databaseNow(), ""));
    assertThat(code(shop.activate(asked, bob))).isEqualTo("session-ended");
    assertThat(code(shop.request(bob, wish("deploy")))).isEqualTo("session-ended");
  }

  private List<Inbox.Due> toReview(Person person) {
    return await(new Inbox(shop.database()).toReview(person, shop.policy()));
  }

  private dev.mayfly.Outcome<Grant> breakGlass(Person who) {
    Elevations.Asking asking =
        new Elevations.Asking(who, who, shop.policy(), Elevations.Manner.BREAK_GLASS, "");
    return await(shop.elevations().request(asking, List.of(wish("deploy"))))
        .then(grants -> dev.mayfly.Outcome.ok(grants.getFirst()));
  }

  /** As a login leaves it once the first identity was retired. */
  private Person renamed(String name, String... groups) {
    Person next = shop.person(name, groups);
    shop.test()
        .execute(
            """
            UPDATE identities SET state = 'RETIRED' WHERE id = '%s';
            UPDATE identities SET human = '%s' WHERE id = '%s';
            """
                .formatted(alice.id(), alice.id(), next.id()));
    return next;
  }
}
