package dev.mayfly.store;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnectOptions;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;

/**
 * Makes the pool keep every prepared statement, and no node's silence keep a lock.
 *
 * <p>The client by itself keeps only statements of up to 2,048 characters, and the ledger's is
 * longer: parsed and planned anew for each batch it would cost PostgreSQL five times the CPU.
 *
 * <p>A node that is stopped or cut off in the middle of a transaction says nothing more, and by
 * itself PostgreSQL would wait for it for hours, with all its locks: the publishers' turn, an
 * identity that somebody wants to revoke, the policy. So the transaction of one that is silent
 * ends.
 */
@Singleton
final class StatementCache implements PgPoolCreator {

  /** Between two statements of one transaction lie milliseconds, or the signing of some lists. */
  static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);

  private final Duration longestSilence;

  @Inject
  StatementCache() {
    this(LONGEST_SILENCE);
  }

  StatementCache(Duration longestSilence) {
    this.longestSilence = longestSilence;
  }

  @Override
  public Pool create(Input input) {
    input
        .pgConnectOptionsList()
        .forEach(
            options ->
                options
                    .setPreparedStatementCacheSqlFilter(sql -> true)
                    .addProperty(
                        "idle_in_transaction_session_timeout",
                        Long.toString(longestSilence.toMillis())));
    return PgBuilder.pool()
        .connectingTo(List.<SqlConnectOptions>copyOf(input.pgConnectOptionsList()))
        .with(input.poolOptions())
        .using(input.vertx())
        .build();
  }
}
