package dev.mayfly.identity.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.policy.Login;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is kept of what a provider said. */
class PersonClaimsTest {

  private static Map<String, Object> kept(String prefix, Object groups) {
    Login login =
        new Login(
            "staff",
            "https://sso.shop.example",
            "mayfly",
            Set.of("openid"),
            "teams",
            prefix,
            Optional.empty(),
            Duration.ofHours(1));
    return PersonClaims.kept(
        Map.of("sub", "7", "exp", 1, "groups", List.of("boss"), "teams", groups), login);
  }

  /** Whatever a provider calls its groups, none is one of another login's. */
  @Test
  void everyGroupHasTheLoginsPrefix_howeverItIsGiven() {
    assertThat(kept("a/", List.of("ops", "b/ops", 7)))
        .containsEntry("groups", List.of("a/b/ops", "a/ops"));
    assertThat(kept("a/", "ops")).containsEntry("groups", List.of("a/ops"));
  }

  @Test
  void groupsAreThoseOfTheClaimThatTheTrustNames() {
    assertThat(kept("", List.of("ops")))
        .containsEntry("groups", List.of("ops"))
        .containsEntry("sub", "7")
        .doesNotContainKey("exp");
    assertThat(kept("", 7)).containsEntry("groups", List.of());
  }
}
