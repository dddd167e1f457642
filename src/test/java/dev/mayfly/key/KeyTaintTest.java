package dev.mayfly.key;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.key.KeyTaint.Lead;
import dev.mayfly.key.KeyTaint.Tainted;
import dev.mayfly.key.SimulatedNodes.Simulated;
import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeyTaintTest {

  private static final RingName RING = SimulatedNodes.JWT;

  private final SimulatedNodes nodes = new SimulatedNodes(TestKeyConfig.of("jwt/ES256"));
  private final Simulated node = nodes.start();

  @AfterEach
  void close() {
    nodes.close();
  }

  @Test
  void activeKeyIsNotTainted_withoutASuccessor() {
    assertThat(refusal(taint(active(), Lead.FULL)).say()).contains("prepare one");
    assertThat(refusal(taint(active(), Lead.NONE)).code()).isEqualTo("key-without-successor");
    assertThat(nodes.keys(RING, KeyState.TAINTED)).isEmpty();
  }

  @Test
  void activeKeyIsTaintedAndReplacedAtOnce_onceItsSuccessorIsPastItsLead() { // rule 5
    KeyId old = active();
    KeyId next = prepareNow();
    node.live();
    node.live();
    nodes.advance(nodes.plan.lead().minusSeconds(1));
    node.beat();
    assertThat(refusal(taint(old, Lead.FULL)).code()).isEqualTo("key-without-successor");
    nodes.advance(Duration.ofSeconds(1));
    node.beat();
    assertThat(value(taint(old, Lead.FULL)).successor()).contains(next);
    assertThat(active()).isEqualTo(next);
    node.refresh();
    String jwks = new String(node.rings().jwks().json(), StandardCharsets.UTF_8);
    assertThat(jwks).contains(next.value()).doesNotContain(old.value());
    assertThat(node.rings().byId(old)).isEmpty();
    assertThat(node.rings().verifier(old)).isEmpty();
    assertThat(nodes.column("SELECT wrapped IS NULL FROM signing_keys WHERE kid = '" + old + "'"))
        .as("its private part is gone")
        .containsExactly("true");
    assertThat(refusal(taint(old, Lead.FULL)).code()).isEqualTo("key-tainted");
  }

  @Test
  void leadIsSkipped_onlyWhenAskedTo() {
    KeyId old = active();
    KeyId next = prepareNow();
    assertThat(taint(old, Lead.FULL)).isInstanceOf(Outcome.Refused.class);
    assertThat(value(taint(old, Lead.NONE)).successor()).contains(next);
  }

  @Test
  void keyThatSignsNoMoreNeedsNoSuccessor() {
    KeyId next = prepareNow();
    assertThat(value(taint(next, Lead.FULL)).successor()).isEmpty();
    node.live();
    assertThat(nodes.keys(RING, KeyState.PREPARED)).as("made only when due").isEmpty();
    assertThat(prepareNow()).isNotEqualTo(next);
  }

  @Test
  void preparingTwiceGivesTheSameKey() {
    assertThat(prepareNow()).isEqualTo(prepareNow());
    assertThat(nodes.keys(RING, KeyState.PREPARED)).hasSize(1);
  }

  @Test
  void unknownKeyAndRingAreNotFound() {
    assertThat(refusal(taint(new KeyId("none"), Lead.NONE))).isInstanceOf(Refusal.NotFound.class);
    assertThat(
            node.taint()
                .prepareNow(new RingName(RingName.STATUS_LIST, Alg.ES256), "op", "test")
                .await()
                .indefinitely())
        .isInstanceOf(Outcome.Refused.class);
  }

  @Test
  void taintWaitsForTheMintsThatHoldTheKey() throws Exception { // rule 3
    KeyId old = active();
    prepareNow();
    try (Connection mint = nodes.test.connect()) {
      mint.setAutoCommit(false);
      query(mint, "SELECT kid FROM signing_keys WHERE kid = '" + old + "' FOR SHARE");
      CompletableFuture<Outcome<Tainted>> taint = begin(old, Lead.NONE);
      untilSomebodyWaits();
      assertThat(taint).isNotDone();
      assertThat(nodes.active(RING).id()).isEqualTo(old);
      mint.commit();
      assertThat(value(taint.get(10, TimeUnit.SECONDS)).id()).isEqualTo(old);
    }
  }

  @Test
  void nothingIsLeft_whenTheCallersTransactionFails() {
    KeyId old = active();
    prepareNow();
    var failed =
        nodes
            .test
            .database()
            .inTransaction(
                connection ->
                    node.taint()
                        .taint(connection, old, Lead.NONE, "op", "test")
                        .flatMap(
                            done -> connection.query("SELECT 1 / 0").execute().replaceWithVoid()));
    assertThat(failed.onFailure().recoverWithNull().await().indefinitely()).isNull();
    assertThat(active()).isEqualTo(old);
    assertThat(nodes.column("SELECT action FROM audit_events WHERE action = 'key.taint'"))
        .isEmpty();
  }

  @Test
  void everyStepHasOneAuditEvent_andNoneHoldsAKey() { // rule 8
    KeyId old = active();
    KeyId next = prepareNow();
    taint(old, Lead.NONE);
    assertThat(
            nodes.column(
                "SELECT action || ' ' || actor || ' ' || subject FROM audit_events"
                    + " WHERE actor = 'op' ORDER BY action"))
        .containsExactly(
            "key.activate op key:" + next, "key.prepare op key:" + next, "key.taint op key:" + old);
  }

  /**
   * Each is a node of its own: one of them takes the step, and the other hears that it is taken.
   */
  @Test
  void rootIsReplacedOnce_whenTwoNodesTakeItBackAtTheSameTime() { // rules 5 and 8
    RingName root = RingName.parse("root/ES256");
    RingName below = RingName.parse("x509/ES256");
    try (SimulatedNodes house = new SimulatedNodes(TestKeyConfig.of("root/ES256", "x509/ES256"))) {
      List<Simulated> both = List.of(house.start(), house.start());
      KeyId gone = house.active(root).id();
      KeyId issuing = house.active(below).id();

      List<Outcome<KeyId>> next =
          together(both, one -> one.taint().prepareSuccessor(gone, "op", "test"));
      assertThat(next.getFirst()).isEqualTo(next.getLast());
      List<Outcome<Tainted>> taints =
          together(
              both,
              one ->
                  house
                      .test
                      .database()
                      .inTransaction(
                          connection ->
                              one.taint()
                                  .taint(connection, gone, Lead.NONE, "op", "test")
                                  .call(
                                      outcome ->
                                          outcome instanceof Outcome.Ok<Tainted>
                                              ? house
                                                  .uprooting()
                                                  .taint(connection, List.of(issuing), "op", "test")
                                              : Uni.createFrom().voidItem())));
      assertThat(taints)
          .extracting(
              taint -> taint instanceof Outcome.Ok<Tainted> ? "done" : refusal(taint).code())
          .containsExactlyInAnyOrder("done", "key-tainted");
      assertThat(house.keys(root, KeyState.ACTIVE))
          .extracting(key -> Outcome.ok(key.id()))
          .containsExactly(next.getFirst());
      assertThat(house.keys(below, KeyState.ACTIVE)).hasSize(1);
      assertThat(
              house.column(
                  "SELECT action || ' ' || (detail->>'ring') FROM audit_events"
                      + " WHERE actor = 'op' ORDER BY 1"))
          .containsExactly(
              "key.activate root/ES256",
              "key.activate x509/ES256",
              "key.prepare root/ES256",
              "key.prepare x509/ES256",
              "key.taint root/ES256",
              "key.taint x509/ES256");
    }
  }

  private static <T> List<T> together(List<Simulated> nodes, Function<Simulated, Uni<T>> step) {
    List<CompletableFuture<T>> begun =
        nodes.stream().map(one -> step.apply(one).subscribeAsCompletionStage()).toList();
    return begun.stream().map(CompletableFuture::join).toList();
  }

  private KeyId active() {
    return nodes.active(RING).id();
  }

  private KeyId prepareNow() {
    var outcome = node.taint().prepareNow(RING, "op", "test").await().indefinitely();
    return ((Outcome.Ok<KeyId>) outcome).value();
  }

  private Outcome<Tainted> taint(KeyId id, Lead lead) {
    return begin(id, lead).join();
  }

  private CompletableFuture<Outcome<Tainted>> begin(KeyId id, Lead lead) {
    return nodes
        .test
        .database()
        .inTransaction(connection -> node.taint().taint(connection, id, lead, "op", "test"))
        .subscribeAsCompletionStage();
  }

  private void untilSomebodyWaits() {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (System.nanoTime() < end) {
      if (nodes
          .column("SELECT count(*) FROM pg_locks WHERE NOT granted")
          .equals(java.util.List.of("1"))) {
        return;
      }
    }
    throw new AssertionError("nobody waits for a lock");
  }

  private static void query(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Refusal refusal(Outcome<?> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Refused.class);
    return ((Outcome.Refused<?>) outcome).refusal();
  }

  private static Tainted value(Outcome<Tainted> outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Ok.class);
    return ((Outcome.Ok<Tainted>) outcome).value();
  }
}
