package dev.mayfly.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.smallrye.mutiny.TimeoutException;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The ledger's statement is longer than what the client would keep prepared by itself; and a node
 * that falls silent must not hold up the others.
 */
class ConnectionsTest {

  private static final String LONG = "SELECT 1 -- " + "x".repeat(10_000);

  private static final String ONE = "SELECT 1";

  /** Long enough for a cold start on a busy machine. */
  private static final Duration SHORT = Duration.ofSeconds(2);

  private static final Duration WHILE = Duration.ofSeconds(20);

  private static final String LOCK = "SELECT seq FROM lists_seq FOR UPDATE";

  record Input(Vertx vertx, PoolOptions poolOptions, PgConnectOptions options)
      implements PgPoolCreator.Input {
    @Override
    public List<PgConnectOptions> pgConnectOptionsList() {
      return List.of(options);
    }
  }

  private static Connections connections(Duration longestSilence) {
    return new Connections(Duration.ofSeconds(5), longestSilence);
  }

  @Test
  void longStatementStaysPrepared_whenItsPoolIsMadeHere() {
    Vertx vertx = Vertx.vertx();
    PgConnectOptions options = new PgConnectOptions().setCachePreparedStatements(true);
    assertThat(options.getPreparedStatementCacheSqlFilter().test(LONG)).isFalse();

    connections(Duration.ofSeconds(10))
        .create(new Input(vertx, new PoolOptions(), options))
        .close();

    assertThat(options.getPreparedStatementCacheSqlFilter().test(LONG)).isTrue();
    vertx.close();
  }

  @Test
  void lockIsFreeAgain_whenWhoHoldsItHasFallenSilent() {
    Vertx vertx = Vertx.vertx();
    try (TestDatabase test = TestDatabase.fresh()) {
      PgConnectOptions options =
          PgConnectOptions.fromUri(test.address().url())
              .setUser(test.address().user())
              .setPassword(test.address().password());
      Pool stopped =
          connections(Duration.ofMillis(500)).create(new Input(vertx, new PoolOptions(), options));
      stopped
          .getConnection()
          .compose(c -> c.begin().compose(begun -> c.query(LOCK).execute()))
          .toCompletionStage()
          .toCompletableFuture()
          .join();

      assertThat(test.database().run(LOCK).await().atMost(Duration.ofSeconds(20)).size())
          .as("the publishers' turn")
          .isEqualTo(1);
    }
    vertx.close();
  }

  @Test
  void connectionThatComesTooLateIsGivenBack_whenWhoWaitedForItHasGivenUp() {
    Vertx vertx = Vertx.vertx();
    try (TestDatabase test = TestDatabase.fresh();
        LossyNetwork network = new LossyNetwork(test.address())) {
      PgConnectOptions options =
          PgConnectOptions.fromUri(network.address().url())
              .setUser(test.address().user())
              .setPassword(test.address().password());
      Pool pool =
          new Connections(WHILE, Connections.LONGEST_SILENCE)
              .create(new Input(vertx, new PoolOptions().setMaxSize(1), options));
      var bare = new io.vertx.mutiny.sqlclient.Pool(pool);
      Database hasty = new Database(bare, Duration.ofMillis(200));
      network.lose();
      assertThatThrownBy(() -> hasty.run(ONE).await().atMost(WHILE))
          .isInstanceOf(TimeoutException.class);
      assertThatThrownBy(
              () -> hasty.inTransaction(c -> c.query(ONE).execute()).await().atMost(WHILE))
          .isInstanceOf(TimeoutException.class);

      network.find();

      assertThat(new Database(bare, WHILE).run(ONE).await().atMost(WHILE).size())
          .as("on the only connection, which both had waited for")
          .isEqualTo(1);
      pool.close();
    }
    vertx.close();
  }

  @Test
  void placeInThePoolIsFreeAgain_whenThePacketsOfItsConnectionAreLost_rule10() {
    Vertx vertx = Vertx.vertx();
    try (TestDatabase test = TestDatabase.fresh();
        LossyNetwork network = new LossyNetwork(test.address())) {
      PgConnectOptions options =
          PgConnectOptions.fromUri(network.address().url())
              .setUser(test.address().user())
              .setPassword(test.address().password());
      Pool pool =
          new Connections(SHORT, Connections.LONGEST_SILENCE)
              .create(new Input(vertx, new PoolOptions().setMaxSize(1), options));
      Database database = new Database(new io.vertx.mutiny.sqlclient.Pool(pool), SHORT);
      assertThat(database.run(ONE).await().indefinitely().size()).isEqualTo(1);

      network.forgetConnections();

      assertThatThrownBy(() -> database.run(ONE).await().atMost(WHILE))
          .as("given up within the limit")
          .isInstanceOf(TimeoutException.class);
      assertThat(
              database
                  .run(ONE)
                  .onFailure()
                  .retry()
                  .withBackOff(Duration.ofMillis(50)) // at once would keep the loop from closing it
                  .atMost(20)
                  .await()
                  .atMost(WHILE)
                  .size())
          .as("on a connection made anew, though the first was never closed by anybody else")
          .isEqualTo(1);
      pool.close();
    }
    vertx.close();
  }
}
