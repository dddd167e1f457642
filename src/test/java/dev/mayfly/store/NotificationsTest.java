package dev.mayfly.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.pgclient.PgConnectOptions;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NotificationsTest {

  private TestDatabase test;
  private Notifications notifications;
  private final Semaphore heard = new Semaphore(0);

  @BeforeEach
  void open() {
    test = TestDatabase.fresh();
    var address = test.address();
    notifications =
        new Notifications(
            test.vertx(),
            PgConnectOptions.fromUri(address.url())
                .setUser(address.user())
                .setPassword(address.password()));
  }

  @AfterEach
  void close() {
    notifications.close();
    test.close();
  }

  @Test
  void listenerRuns_onceListeningAndAtEveryHint() throws Exception {
    notifications.listen("mayfly_test", heard::release);
    awaitHeard();
    tell("mayfly_test");
    awaitHeard();
    tell("mayfly_other");
    tell("mayfly_test");
    awaitHeard();
    assertThat(heard.tryAcquire()).isFalse();
  }

  @Test
  void hintIsHeard_onlyWhenItsTransactionCommits() throws Exception {
    notifications.listen("mayfly_test", heard::release);
    awaitHeard();
    try (var connection = test.connect()) {
      connection.setAutoCommit(false);
      connection.createStatement().execute("SELECT pg_notify('mayfly_test', '')");
      connection.rollback();
    }
    tell("mayfly_test");
    awaitHeard();
    assertThat(heard.tryAcquire()).isFalse();
  }

  @Test
  void everyListenerRunsOnce_whenTheConnectionWasLost() throws Exception {
    Semaphore other = new Semaphore(0);
    notifications.listen("mayfly_test", heard::release);
    awaitHeard();
    notifications.listen("mayfly_other", other::release);
    assertThat(other.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
    heard.drainPermits();
    test.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'");
    awaitHeard();
    assertThat(other.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
    tell("mayfly_test");
    awaitHeard();
  }

  /** Rule 10: nobody closes a connection whose packets are lost. */
  @Test
  void hintsAreHeardAgain_whenThePacketsOfTheConnectionAreLost() throws Exception {
    try (LossyNetwork network = new LossyNetwork(test.address())) {
      var through = network.address();
      Notifications far =
          new Notifications(
              test.vertx(),
              PgConnectOptions.fromUri(through.url())
                  .setUser(through.user())
                  .setPassword(through.password()));
      far.listen("mayfly_test", heard::release);
      awaitHeard();
      network.forgetConnections();
      far.ping();
      awaitHeard();
      tell("mayfly_test");
      awaitHeard();
      far.close();
    }
  }

  @Test
  void otherListenersRun_whenOneFails() throws Exception {
    notifications.listen(
        "mayfly_test",
        () -> {
          throw new IllegalStateException("a defect in a listener");
        });
    notifications.listen("mayfly_test", heard::release);
    awaitHeard();
    heard.drainPermits();
    tell("mayfly_test");
    awaitHeard();
  }

  @Test
  void channelIsRefused_whenItIsMoreThanAName() {
    for (String bad : new String[] {"", "a; DROP TABLE nodes", "A", "a".repeat(64), "a\"b"}) {
      assertThatThrownBy(() -> notifications.listen(bad, () -> {}))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private void tell(String channel) {
    test.database()
        .inTransaction(connection -> Notifications.tell(connection, channel))
        .await()
        .indefinitely();
  }

  private void awaitHeard() throws InterruptedException {
    assertThat(heard.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
  }
}
