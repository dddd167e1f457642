package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.await;
import static dev.mayfly.grant.ElevationFixture.value;
import static dev.mayfly.grant.ElevationFixture.wish;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.policy.Wish;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What begins by itself at its start, beside whatever else happens at that moment. */
class DueStartsTest {

  private final ElevationFixture shop = new ElevationFixture();
  private final Person grace = shop.person("grace", "sre");
  private final Person joan = shop.person("joan", "security");

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void ofTwoRolesThatExcludeEachOther_notBothBeginInTheSameInstant() {
    for (int round = 0; round < 10; round++) {
      Person ada = shop.person("ada" + round, "engineers");
      Grant auditing = shop.requested(ada, "auditing"); // approved by its condition
      Grant database = scheduledDespite(ada, auditing);
      shop.pass(Duration.ofMinutes(6));
      await(
          Uni.join()
              .all(
                  shop.reaper().reap().replaceWithVoid(),
                  shop.activations()
                      .activate(auditing.id(), ada, shop.policy(), "")
                      .replaceWithVoid())
              .andFailFast());
      await(shop.reaper().reap());
      assertThat(shop.state(auditing).equals("ACTIVE") && shop.state(database).equals("ACTIVE"))
          .as("%s and %s", shop.state(auditing), shop.state(database))
          .isFalse();
    }
  }

  @Test
  void nothingBegins_byAPolicyThatIsNoLongerActive() {
    Person ada = shop.person("ada", "engineers");
    Grant database = scheduled(ada);
    shop.pass(Duration.ofMinutes(6));
    shop.test()
        .execute(
            """
            INSERT INTO policy_versions VALUES (2, '', '', mayfly_now(), 'test');
            UPDATE policy_active SET version = 2;
            """);
    await(shop.reaper().reap());
    assertThat(shop.state(database)).isEqualTo("SCHEDULED");
    shop.test().execute("UPDATE policy_active SET version = 1");
    await(shop.reaper().reap());
    assertThat(shop.state(database)).isEqualTo("ACTIVE");
  }

  /** As a policy that has just come to forbid the pair finds it. */
  private Grant scheduledDespite(Person ada, Grant other) {
    shop.test().execute("UPDATE grants SET role = 'deploy' WHERE id = '%s'".formatted(other.id()));
    Grant database = scheduled(ada);
    shop.test()
        .execute("UPDATE grants SET role = 'auditing' WHERE id = '%s'".formatted(other.id()));
    return database;
  }

  private Grant scheduled(Person ada) {
    Wish now = wish("database");
    Wish later =
        new Wish(
            now.role(),
            now.duration(),
            now.reason(),
            now.ticket(),
            Optional.of(shop.now().plus(Duration.ofMinutes(5))),
            now.scopes(),
            now.audiences(),
            now.target(),
            now.inputs(),
            now.checks());
    Grant asked = value(shop.request(ada, later));
    value(shop.approve(asked, grace));
    value(shop.approve(asked, joan));
    assertThat(shop.state(asked)).isEqualTo("SCHEDULED");
    return asked;
  }
}
