package dev.mayfly.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.PoolOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The ledger's statement is longer than what the client would keep prepared by itself. */
class StatementCacheTest {

  private static final String LONG = "SELECT 1 -- " + "x".repeat(10_000);

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
}
