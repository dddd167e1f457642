package dev.mayfly.key;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.key.SimulatedNodes.Simulated;
import dev.mayfly.store.KeyId;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The schedule over simulated days and weeks, on a real database with several nodes. */
class KeyScheduleTest {

  private static final RingName RING = SimulatedNodes.JWT;
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final SimulatedNodes nodes = new SimulatedNodes(TestKeyConfig.of("jwt/ES256"));

  @AfterEach
  void close() {
    nodes.close();
  }

  @Test
  void stepsComeAtTheirBoundaries_andNotASecondEarlier() {
    Simulated node = nodes.start();
    KeyId first = nodes.active(RING).id();

    advanceTo(node, 12 * HOUR.toSeconds() - 1);
    assertThat(states()).containsExactly(KeyState.ACTIVE);
    advanceTo(node, 12 * HOUR.toSeconds()); // L/2
    assertThat(states()).containsExactly(KeyState.PREPARED, KeyState.ACTIVE);

    advanceTo(node, 20 * HOUR.toSeconds() - 1);
    assertThat(nodes.active(RING).id()).isEqualTo(first);
    advanceTo(node, 20 * HOUR.toSeconds()); // 5/6 L: the lead is long over
    assertThat(states()).containsExactly(KeyState.ACTIVE, KeyState.RETIRING);

    advanceTo(node, 24 * HOUR.toSeconds() + 59);
    assertThat(states()).containsExactly(KeyState.PREPARED, KeyState.ACTIVE, KeyState.RETIRING);
    advanceTo(node, 24 * HOUR.toSeconds() + 60); // not_after + skew
    assertThat(states()).containsExactly(KeyState.PREPARED, KeyState.ACTIVE, KeyState.RETIRED);
    assertThat(wrapped(first)).as("the private part goes with RETIRED").isEqualTo("gone");
    assertThat(node.rings().verifier(first)).isEmpty();
    assertThat(known(node)).as("a KRL may still name what it signed").contains(first);

    advanceTo(node, 48 * HOUR.toSeconds() + 59);
    assertThat(nodes.keys(RING, KeyState.REMOVED)).isEmpty();
    advanceTo(node, 48 * HOUR.toSeconds() + 60); // 24 h later
    assertThat(nodes.keys(RING, KeyState.REMOVED)).extracting(KeyRecord::id).containsExactly(first);
    assertThat(known(node)).doesNotContain(first);
  }

  @Test
  void leadCountsFromTheLastNodesAcknowledgement() { // rule 5
    Simulated one = nodes.start();
    Simulated two = nodes.start();
    nodes.advance(Duration.ofHours(19).plusMinutes(56));
    beatAll(one, two);
    one.tick();
    one.refresh();
    one.tick();
    assertThat(prepared().publishedAt()).as("node two has not loaded it").isEmpty();
    two.refresh();
    one.tick();
    Instant published = nodes.now();
    assertThat(prepared().publishedAt()).contains(published);

    nodes.advance(nodes.plan.lead().minus(SECOND)); // its hour (5/6 L) has come meanwhile
    beatAll(one, two);
    one.tick();
    assertThat(states()).containsExactly(KeyState.PREPARED, KeyState.ACTIVE);
    nodes.advance(SECOND);
    beatAll(one, two);
    one.tick();
    assertThat(nodes.active(RING).activatedAt()).contains(published.plus(nodes.plan.lead()));
  }

  @Test
  void nodeThatNeverAcknowledgesHoldsEverybodyBack_untilItDies() { // rules 4 and 5
    Simulated good = nodes.start();
    Simulated stuck = nodes.start();
    for (int hour = 0; hour < 30; hour++) {
      nodes.advance(HOUR);
      stuck.beat();
      good.live();
    }
    assertThat(nodes.keys(RING, KeyState.PREPARED)).hasSize(1);
    assertThat(good.rings().active(RING)).as("no signature past not_after").isEmpty();

    nodes.advance(Duration.ofSeconds(11)); // dead-after and no sign of it
    good.live();
    nodes.advance(nodes.plan.lead());
    good.live();
    good.live();
    assertThat(good.rings().active(RING)).isPresent();
  }

  @Test
  void ringRecoversThroughTheLead_whenTicksWereMissedForDays() { // rule 10
    Simulated node = nodes.start();
    nodes.advance(Duration.ofDays(5));
    node.live();
    assertThat(node.rings().active(RING)).isEmpty();
    node.live();
    nodes.advance(nodes.plan.lead().minus(SECOND));
    node.live();
    node.refresh();
    assertThat(node.rings().active(RING)).isEmpty();
    nodes.advance(SECOND);
    node.live();
    node.refresh();
    assertThat(node.rings().active(RING)).isPresent();
    assertThat(nodes.keys(RING, KeyState.ACTIVE)).hasSize(1);
  }

  @Test
  void startMintsAtOnce_whenNoNodeHasServedForAsLongAsTheLead() {
    Simulated before = nodes.start();
    nodes.advance(Duration.ofHours(23));
    before.beat();
    before.node().leave().await().indefinitely();
    nodes.advance(Duration.ofDays(3));
    Simulated after = nodes.start();
    assertThat(after.rings().active(RING)).isPresent();
    assertThat(nodes.keys(RING, KeyState.ACTIVE)).hasSize(1);
  }

  @Test
  void startWaitsForTheLead_whenANodeServedJustBefore() { // rule 5
    Simulated before = nodes.start();
    nodes.advance(Duration.ofDays(3));
    before.beat();
    before.node().leave().await().indefinitely();
    nodes.advance(nodes.plan.lead().minus(SECOND));
    Simulated after = nodes.start();
    assertThat(after.rings().active(RING)).isEmpty();
    assertThat(states()).doesNotContain(KeyState.PREPARED);
  }

  @Test
  void keysOfARingNoLongerWantedRunOut() {
    nodes.start();
    Simulated other = nodes.withPlan(new KeyPlan(TestKeyConfig.of("jwt/Ed25519"))).prepareToStart();
    other.startUp().await().indefinitely();
    nodes.advance(Duration.ofHours(24).plusSeconds(59));
    other.live();
    assertThat(nodes.keys(RING, KeyState.ACTIVE)).hasSize(1);
    nodes.advance(SECOND);
    other.live();
    assertThat(nodes.keys(RING, KeyState.RETIRED)).hasSize(1);
  }

  @Test
  void threeNodesTurnTheKeysForThreeWeeks_oneOfThemDyingEachWeek() {
    List<Simulated> alive = new java.util.ArrayList<>();
    alive.add(nodes.start());
    alive.add(nodes.start());
    alive.add(nodes.start());
    Set<KeyId> used = new HashSet<>();
    for (int step = 0; step < 21 * 48; step++) {
      nodes.advance(Duration.ofMinutes(30));
      if (step % (7 * 48) == 100) {
        alive.removeLast(); // killed: no farewell
        alive.add(nodes.start());
      }
      for (Simulated node : alive) {
        node.live();
      }
      KeyRecord active = nodes.active(RING);
      used.add(active.id());
      assertThat(nodes.now()).as("rule 4").isBefore(active.notAfter());
      assertThat(nodes.keys(RING, KeyState.ACTIVE)).as("rule 5").hasSize(1);
    }
    // A key is active from its predecessor's 5/6 to its own: half a lifetime, after the first.
    assertThat(used).hasSizeBetween(40, 43);
    for (KeyRecord key : nodes.keys().stream().filter(k -> k.publishedAt().isPresent()).toList()) {
      key.activatedAt()
          .ifPresent(
              at ->
                  assertThat(Duration.between(key.publishedAt().orElseThrow(), at))
                      .isGreaterThanOrEqualTo(nodes.plan.lead()));
    }
    assertThat(nodes.keys().stream().filter(key -> !key.is(KeyState.REMOVED)).count())
        .as("no heap of old keys")
        .isLessThan(8);
  }

  private List<KeyId> known(Simulated node) {
    return nodes
        .test
        .database()
        .inTransaction(connection -> node.table().ofPurposes(connection, Set.of(RingName.JWT)))
        .await()
        .indefinitely()
        .stream()
        .map(RingKey::id)
        .toList();
  }

  private KeyRecord prepared() {
    return nodes.keys(RING, KeyState.PREPARED).getFirst();
  }

  private List<KeyState> states() {
    return nodes.keys().stream().map(KeyRecord::state).toList();
  }

  private String wrapped(KeyId id) {
    return nodes
        .column(
            "SELECT CASE WHEN wrapped IS NULL THEN 'gone' ELSE 'there' END FROM signing_keys"
                + " WHERE kid = '"
                + id
                + "'")
        .getFirst();
  }

  private static void beatAll(Simulated... all) {
    for (Simulated node : all) {
      node.beat();
    }
  }

  private void advanceTo(Simulated node, long second) {
    nodes.advance(Duration.between(nodes.now(), SimulatedNodes.START.plusSeconds(second)));
    node.live();
    node.live();
  }
}
