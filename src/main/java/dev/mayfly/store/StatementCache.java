package dev.mayfly.store;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Makes the pool keep every prepared statement. The client by itself keeps only those of up to
 * 2,048 characters, and the ledger's is longer: parsed and planned anew for each batch it would
 * cost PostgreSQL five times the CPU.
 */
@Singleton
final class StatementCache implements PgPoolCreator {

  @Override
  public Pool create(Input input) {
    input
        .pgConnectOptionsList()
        .forEach(options -> options.setPreparedStatementCacheSqlFilter(sql -> true));
    return PgBuilder.pool()
        .connectingTo(List.<SqlConnectOptions>copyOf(input.pgConnectOptionsList()))
        .with(input.poolOptions())
        .using(input.vertx())
        .build();
  }
}
