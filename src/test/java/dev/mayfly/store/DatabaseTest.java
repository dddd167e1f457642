package dev.mayfly.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.mutiny.TimeoutException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;
import io.vertx.mutiny.sqlclient.Pool;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.SqlResult;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.PoolOptions;
import java.sql.Connection;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseTest {

  private static final Duration WHILE = Duration.ofSeconds(20);

  @Test
  void statementsSeeTheTestClock_whenItIsSet() {
    try (TestDatabase test = TestDatabase.fresh()) {
      test.useTestClock();
      test.setClock(java.time.Instant.parse("2031-02-03T04:05:06Z"));
      var row =
          test.database()
              .run("SELECT mayfly_now() AS now")
              .await()
              .indefinitely()
              .iterator()
              .next();
      assertThat(row.getOffsetDateTime("now"))
          .isEqualTo(OffsetDateTime.parse("2031-02-03T04:05:06Z"));
    }
  }

  /** Only by a plan that happens to read all of pg_class first would another order be noticed. */
  @Test
  void partitionsAreDroppedByTheirTime_whateverThePlan() {
    try (TestDatabase test = TestDatabase.fresh()) {
      test.execute("SET enable_nestloop = off; SET enable_mergejoin = off");
      long before =
          test.count("SELECT count(*) FROM pg_inherits WHERE inhparent = 'outbox'::regclass");

      long dropped =
          test.count(
              "SELECT mayfly_drop_partitions('outbox', interval '1 day', mayfly_now() + interval '3 days')");

      assertThat(dropped).isBetween(1L, before - 1);
      assertThat(
              test.count("SELECT count(*) FROM pg_inherits WHERE inhparent = 'outbox'::regclass"))
          .isEqualTo(before - dropped);
    }
  }

  @Test
  void givenUpTransactionChangesNothingAndFreesItsConnection_whenItWaitedForALock()
      throws Exception {
    Vertx vertx = Vertx.vertx();
    try (TestDatabase test = TestDatabase.fresh();
        Connection other = test.connect()) {
      Database database = onlyOneConnection(vertx, test, Duration.ofMillis(500));
      other.setAutoCommit(false);
      other.createStatement().execute("SELECT seq FROM lists_seq FOR UPDATE");

      assertThatThrownBy(() -> database.inTransaction(DatabaseTest::count).await().atMost(WHILE))
          .isInstanceOfAny(TimeoutException.class, PgException.class);

      // Who comes at this very moment may still meet the connection that is being cut, and is told.
      assertThat(
              database
                  .run("SELECT 1")
                  .onFailure()
                  .retry()
                  .withBackOff(Duration.ofMillis(50))
                  .atMost(5)
                  .await()
                  .atMost(WHILE)
                  .size())
          .as("the only connection, while the lock is still held")
          .isEqualTo(1);
      other.rollback();
      assertThat(test.count("SELECT seq FROM lists_seq")).isEqualTo(0);
    }
    vertx.close();
  }

  @Test
  void givenUpTransactionIsRolledBack_whenItsWorkEndsAfterTheLimit() {
    Vertx vertx = Vertx.vertx();
    try (TestDatabase test = TestDatabase.fresh()) {
      Database database = onlyOneConnection(vertx, test, Duration.ofMillis(500));
      CompletableFuture<Void> slowSigning = new CompletableFuture<>();

      assertThatThrownBy(
              () ->
                  database
                      .inTransaction(
                          c -> count(c).call(() -> Uni.createFrom().completionStage(slowSigning)))
                      .await()
                      .atMost(WHILE))
          .isInstanceOf(TimeoutException.class);
      slowSigning.complete(null);

      // Who comes at this very moment may still meet the connection that is being cut, and is told.
      assertThat(
              database
                  .run("SELECT seq FROM lists_seq")
                  .onFailure()
                  .retry()
                  .withBackOff(Duration.ofMillis(50))
                  .atMost(5)
                  .await()
                  .atMost(WHILE))
          .allSatisfy(row -> assertThat(row.getLong("seq")).isEqualTo(0));
    }
    vertx.close();
  }

  @Test
  void workWithALimitOfItsOwnIsLeftInPeace_whenItTakesLongerThanTheUsualOne() {
    Vertx vertx = Vertx.vertx();
    try (TestDatabase test = TestDatabase.fresh()) {
      Database database = onlyOneConnection(vertx, test, Duration.ofMillis(300));

      assertThat(
              database
                  .inTransaction(
                      Database.LONGEST,
                      c -> c.query("SELECT pg_sleep(0.6)").execute().chain(slept -> count(c)))
                  .await()
                  .atMost(WHILE))
          .isEqualTo(1);
    }
    vertx.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT0.05S", "PT21S"})
  void limitIsRefused_whenNothingCouldKeepIt(Duration limit) {
    try (TestDatabase test = TestDatabase.fresh()) {
      Vertx vertx = Vertx.vertx();
      assertThatThrownBy(() -> onlyOneConnection(vertx, test, limit))
          .hasMessageContaining("mayfly.store.limit");
      vertx.close();
    }
  }

  private static Uni<Integer> count(SqlConnection connection) {
    return connection
        .query("UPDATE lists_seq SET seq = seq + 1")
        .execute()
        .map(SqlResult::rowCount);
  }

  /** As a broker has it, with a pool of one. */
  private static Database onlyOneConnection(Vertx vertx, TestDatabase test, Duration limit) {
    PgConnectOptions options =
        PgConnectOptions.fromUri(test.address().url())
            .setUser(test.address().user())
            .setPassword(test.address().password());
    var input = new ConnectionsTest.Input(vertx, new PoolOptions().setMaxSize(1), options);
    var pool = new Connections(limit, Connections.LONGEST_SILENCE).create(input);
    return new Database(new Pool(pool), limit);
  }
}
