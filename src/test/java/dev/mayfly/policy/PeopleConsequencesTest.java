package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a new policy does to people, whose names no policy lists. */
class PeopleConsequencesTest {

  private static final Instant NOW = DocumentedPolicy.NOW;
  private static final Instant REVIEW = Instant.parse("2027-06-30T00:00:00Z");
  private static final UUID ADA = new UUID(0, 1);

  @Test
  void personStays_whenTheLoginStays() {
    Consequences nothing = of(person("spiffe://shop.example/staff/ada", "engineers"));
    assertThat(nothing.retired()).isEmpty();
    assertThat(nothing.described()).isEmpty();
    assertThat(nothing.withdrawn()).isEmpty();
    assertThat(nothing.shortened()).isEmpty();
  }

  @Test
  void personIsRetired_whenNoLoginGivesTheirName() {
    assertThat(of(person("spiffe://shop.example/people/ada", "engineers")).retired()).hasSize(1);
    assertThat(of(person("spiffe://shop.example/staff/a/b", "engineers")).retired()).hasSize(1);
    assertThat(of(person("spiffe://shop.example/staff/", "engineers")).retired()).hasSize(1);
  }

  @Test
  void personIsDescribedAnew_whenTheirEntryIsGoneButAnotherGivesTheName() {
    assertThat(of(person("spiffe://shop.example/staff/ada", "old-entry")).described())
        .singleElement()
        .satisfies(described -> assertThat(described.entry().id()).isEqualTo("engineers"));
  }

  @Test
  void requestedGrantIsCutToTheLongestDuration_andWithdrawnWithItsEntitlement() {
    Consequences.Standing ada = person("spiffe://shop.example/staff/ada", "engineers");
    assertThat(of(ada, held("orders-admin", Duration.ofHours(3))).shortened())
        .singleElement()
        .satisfies(
            shortened -> assertThat(shortened.expiresAt()).contains(NOW.plus(Duration.ofHours(2))));
    assertThat(of(ada, held("orders-admin", Duration.ofHours(1))).shortened()).isEmpty();
    assertThat(of(ada, held("deployer", Duration.ofHours(1))).withdrawn()).hasSize(1);
  }

  private static Consequences of(Consequences.Standing person, Consequences.Held... grants) {
    CompiledPolicy policy =
        CompiledPolicy.of(
            DocumentedPolicy.policy(DocumentedPolicy.elevation()), "https://mayfly.shop.example");
    return Consequences.of(policy, List.of(person), List.of(grants), Duration.ofMinutes(5), NOW);
  }

  private static Consequences.Standing person(String name, String entry) {
    return new Consequences.Standing(
        ADA,
        name,
        "PERSON",
        entry,
        "team-platform",
        "prod",
        REVIEW,
        REVIEW.plus(Duration.ofDays(14)));
  }

  private static Consequences.Held held(String role, Duration left) {
    return new Consequences.Held(
        new UUID(0, 2),
        ADA,
        role,
        Entitlement.Type.ELIGIBLE,
        "ACTIVE",
        Optional.of(NOW.plus(left)),
        REVIEW,
        Optional.empty(),
        List.of());
  }
}
