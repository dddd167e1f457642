package dev.mayfly.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeTest {

  private static final Instant START = Instant.parse("2031-02-03T04:05:06Z");

  private final TestDatabase test = TestDatabase.fresh();

  @BeforeEach
  void stopTheClock() {
    test.useTestClock();
    test.setClock(START);
  }

  @AfterEach
  void close() {
    test.close();
  }

  @Test
  void heartbeatMovesSeenAtAndKeepsWhatWasAcknowledged() {
    Node node = node();
    node.register().await().indefinitely();
    node.acknowledgeRings(7).await().indefinitely();
    test.setClock(START.plusSeconds(2));
    node.heartbeat().await().indefinitely();
    assertThat(
            column("SELECT seen_at - started_at = interval '2 s' AND rings_version = 7 FROM nodes"))
        .containsExactly(true);
  }

  @Test
  void acknowledgementNeverGoesBack_whenAnOlderVersionComesLate() {
    Node node = node();
    node.acknowledgeLists(9).await().indefinitely();
    node.acknowledgeLists(3).await().indefinitely();
    node.heartbeat().await().indefinitely();
    assertThat(column("SELECT lists_seq = 9 FROM nodes")).containsExactly(true);
  }

  @Test
  void rowComesBackWhole_whenItWasForgottenWhileTheNodeSlept() {
    Node node = node();
    node.acknowledgePolicy(4).await().indefinitely();
    test.execute("DELETE FROM nodes");
    node.heartbeat().await().indefinitely();
    assertThat(column("SELECT policy_version = 4 FROM nodes")).containsExactly(true);
  }

  @Test
  void leavingIsRemembered_onlyWhenTheNodeHasServedKeys() {
    Node idle = node();
    idle.register().await().indefinitely();
    idle.leave().await().indefinitely();
    assertThat(column("SELECT last_seen_at = '-infinity' FROM nodes_gone")).containsExactly(true);

    Node serving = node();
    serving.acknowledgeRings(1).await().indefinitely();
    serving.leave().await().indefinitely();
    assertThat(column("SELECT last_seen_at = mayfly_now() FROM nodes_gone")).containsExactly(true);
    assertThat(column("SELECT true FROM nodes")).isEmpty();
  }

  @Test
  void deadNodeIsForgottenAfterAnHour_andItsLastSignKept() {
    Node dead = node();
    dead.acknowledgeRings(1).await().indefinitely();
    Node alive = node();
    test.setClock(START.plusSeconds(3600));
    alive.register().await().indefinitely();
    alive.forgetDead().await().indefinitely();
    assertThat(column("SELECT true FROM nodes")).as("not before the hour is over").hasSize(2);
    test.setClock(START.plusSeconds(3601));
    alive.forgetDead().await().indefinitely();
    assertThat(column("SELECT id = '" + alive.id() + "' FROM nodes")).containsExactly(true);
    assertThat(column("SELECT last_seen_at = timestamptz '" + START + "' FROM nodes_gone"))
        .containsExactly(true);
  }

  @Test
  void startIsRefused_whenASlowNodeWouldBeTakenForADeadOne() {
    assertThatThrownBy(() -> node(Duration.ofSeconds(4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mayfly.node.dead-after");
  }

  private Node node() {
    return node(Duration.ofSeconds(2));
  }

  private Node node(Duration heartbeat) {
    NodeConfig config =
        new NodeConfig() {
          @Override
          public Duration heartbeat() {
            return heartbeat;
          }

          @Override
          public Duration deadAfter() {
            return Duration.ofSeconds(10);
          }
        };
    return new Node(test.database(), Clock.systemUTC(), config, "test");
  }

  private List<Boolean> column(String sql) {
    var rows = test.database().run(sql).await().indefinitely();
    return StreamSupport.stream(rows.spliterator(), false).map(row -> row.getBoolean(0)).toList();
  }
}
