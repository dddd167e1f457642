package dev.mayfly.grant;

import static dev.mayfly.grant.ElevationFixture.value;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A grant gives what was decided about, whatever the policy gives later. */
class NarrowingTest {

  private final ElevationFixture shop = new ElevationFixture();

  @AfterEach
  void close() {
    shop.close();
  }

  @Test
  void grantIsNoWider_whenALaterPolicyGivesMore() {
    Person ada = shop.person("ada", "engineers");
    Grant asked = shop.requested(ada, "deploy"); // all that there is
    shop.policySays("scopes: [\"deploy\", \"deploy:everything\"]", "scopes: [\"deploy\"]");
    value(shop.approve(asked, shop.person("grace", "sre")));
    Grant active = value(shop.activate(asked, ada));
    Narrowing given = Narrowing.of(active.requested().orElseThrow().ask());
    assertThat(given.scopes()).containsExactly("deploy");
    assertThat(given.audiences()).containsExactly("https://deploy.acme.example");
  }
}
