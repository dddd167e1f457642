package dev.mayfly.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.reactive.pg.client.PgPoolCreator;
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
class StatementCacheTest {

  private static final String LONG = "SELECT 1 -- " + "x".repeat(10_000);

  private static final String LOCK = "SELECT seq FROM status_lists_seq FOR UPDATE";

  private record Input(Vertx vertx, PoolOptions poolOptions, PgConnectOptions options)
      implements PgPoolCreator.Input {
    @Override
    public List<PgConnectOptions> pgConnectOptionsList() {
      return List.of(options);
    }
  }

  @Test
  void longStatementStaysPrepared_whenItsPoolIsMadeHere() {
    Vertx vertx = Vertx.vertx();
    PgConnectOptions options = new PgConnectOptions().setCachePreparedStatements(true);
    assertThat(options.getPreparedStatementCacheSqlFilter().test(LONG)).isFalse();

    new StatementCache().create(new Input(vertx, new PoolOptions(), options)).close();

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
          new StatementCache(Duration.ofMillis(500))
              .create(new Input(vertx, new PoolOptions(), options));
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
}
