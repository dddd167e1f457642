package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a new policy does to the grants under which agents act for people. */
class AgentConsequencesTest {

  private static final Instant NOW = DocumentedPolicy.NOW;
  private static final Instant REVIEW = Instant.parse("2027-06-30T00:00:00Z");
  private static final UUID ADA = new UUID(0, 1);
  private static final UUID ASSISTANT = new UUID(0, 2);
  private static final UUID SESSION = new UUID(0, 10);
  private static final UUID OWN = new UUID(0, 11);
  private static final UUID AGENTS = new UUID(0, 12);

  private static final String OTHER =
      """
      identities:
        other:
          kind: agent
          owner: team-support
          environment: prod
          review: 2027-06-30
          federated:
            trust: github
            condition: claims.repository_id == '89' && claims.ref == 'refs/heads/main'
            spiffe-id: spiffe://shop.example/agents/{claims.repository_id}
      """;

  @Test
  void agentsGrantStays_whileItsPersonMayAndTheRoleNamesTheAgent() {
    Consequences nothing = of(policy(), session(Duration.ofHours(2)), agents("orders-admin"));
    assertThat(nothing.withdrawn()).isEmpty();
    assertThat(nothing.shortened()).isEmpty();
    assertThat(nothing.retired()).isEmpty();
  }

  @Test
  void agentsGrantIsWithdrawn_whenTheRoleNoLongerNamesTheAgent() {
    assertThat(
            of(
                    policy(OTHER, "roles: {orders-admin: {request: {agents: [other]}}}"),
                    session(Duration.ofHours(2)),
                    agents("orders-admin"))
                .withdrawn())
        .extracting(Consequences.Held::id)
        .containsExactly(AGENTS);
  }

  @Test
  void agentsGrantIsWithdrawn_whenItsPersonMayNoLongerHaveTheRole() {
    assertThat(of(policy(), session(Duration.ofHours(2)), agents("deployer")).withdrawn())
        .extracting(Consequences.Held::id)
        .containsExactly(AGENTS);
  }

  /** A session whose role is gone ends, whatever its id's place in the order. */
  @Test
  void agentsGrantIsWithdrawn_withTheSessionItRestsOn() {
    Consequences.Held gone =
        held(SESSION, ADA, "deployer", Entitlement.Type.STANDING, Duration.ofHours(2), false);
    assertThat(of(policy(), agents("orders-admin"), gone).withdrawn())
        .extracting(Consequences.Held::id)
        .containsExactlyInAnyOrder(SESSION, AGENTS);
  }

  @Test
  void agentsGrantIsCut_withThePersonsOwnThatItIsAPartOf() {
    Consequences.Held own =
        held(OWN, ADA, "orders-admin", Entitlement.Type.ELIGIBLE, Duration.ofHours(3), false);
    Consequences.Held part =
        held(
            AGENTS,
            ASSISTANT,
            "orders-admin",
            Entitlement.Type.ELIGIBLE,
            Duration.ofHours(3),
            true);
    assertThat(of(policy(), part, own, session(Duration.ofHours(9))).shortened())
        .hasSize(2)
        .allSatisfy(one -> assertThat(one.expiresAt()).contains(NOW.plus(Duration.ofHours(2))));
  }

  private static Consequences.Held session(Duration left) {
    return held(SESSION, ADA, "mayfly-engineer", Entitlement.Type.STANDING, left, false);
  }

  private static Consequences.Held agents(String role) {
    return held(AGENTS, ASSISTANT, role, Entitlement.Type.ELIGIBLE, Duration.ofMinutes(30), true);
  }

  private static Consequences.Held held(
      UUID id, UUID identity, String role, Entitlement.Type type, Duration left, boolean acting) {
    return new Consequences.Held(
        id,
        identity,
        role,
        type,
        "ACTIVE",
        Optional.of(NOW.plus(left)),
        acting ? NOW.plus(left) : REVIEW,
        acting ? Optional.of(ADA) : Optional.empty(),
        acting ? List.of(SESSION, OWN) : List.of());
  }

  private static CompiledPolicy policy(String... fragments) {
    String[] all = new String[fragments.length + 1];
    all[0] = DocumentedPolicy.elevation();
    System.arraycopy(fragments, 0, all, 1, fragments.length);
    return CompiledPolicy.of(DocumentedPolicy.policy(all), "https://mayfly.shop.example");
  }

  private static Consequences of(CompiledPolicy policy, Consequences.Held... grants) {
    return Consequences.of(
        policy,
        List.of(
            standing(
                ADA, "spiffe://shop.example/staff/ada", "PERSON", "engineers", "team-platform"),
            standing(
                ASSISTANT,
                "spiffe://shop.example/agents/88",
                "AGENT",
                "assistant",
                "team-support")),
        List.of(grants),
        Duration.ofMinutes(5),
        NOW);
  }

  private static Consequences.Standing standing(
      UUID id, String name, String kind, String entry, String owner) {
    return new Consequences.Standing(
        id, name, kind, entry, owner, "prod", REVIEW, REVIEW.plus(Duration.ofDays(14)));
  }
}
