package dev.mayfly.store;

import io.netty.channel.Channel;
import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnectOptions;
import io.vertx.sqlclient.impl.SocketConnectionBase;
import io.vertx.sqlclient.impl.SqlConnectionInternal;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Makes the pool keep every prepared statement, and no silence keep a lock or a connection.
 *
 * <p>The client by itself keeps only statements of up to 2,048 characters, and the ledger's is
 * longer: parsed and planned anew for each batch it would cost PostgreSQL five times the CPU.
 *
 * <p>A node that is stopped or cut off in the middle of a transaction says nothing more, and by
 * itself PostgreSQL would wait for it for hours, with all its locks: the publishers' turn, an
 * identity that somebody wants to revoke, the policy. So the transaction of one that is silent
 * ends, and so does a statement that takes longer than anybody waits for it.
 *
 * <p>The other way round, a connection whose packets are lost would be waited on until TCP gives it
 * up, a quarter of an hour later. So what is given up is {@link #cut}.
 */
@Singleton
final class Connections implements PgPoolCreator {

  /** Between two statements of one transaction lie milliseconds, or the signing of some lists. */
  static final Duration LONGEST_SILENCE = Duration.ofSeconds(10);

  /** A server that hears nothing of a node for a minute lets go of the node's connections. */
  private static final int KEEPALIVE_IDLE_SECONDS = 30;

  private static final int KEEPALIVE_INTERVAL_SECONDS = 10;
  private static final int KEEPALIVES = 3;

  private final Duration limit;
  private final Duration longestSilence;

  @Inject
  Connections(StoreConfig config) {
    this(config.limit(), LONGEST_SILENCE);
  }

  Connections(Duration limit, Duration longestSilence) {
    this.limit = limit;
    this.longestSilence = longestSilence;
  }

  @Override
  public Pool create(Input input) {
    input.pgConnectOptionsList().forEach(this::settle);
    return PgBuilder.pool()
        .connectingTo(List.<SqlConnectOptions>copyOf(input.pgConnectOptionsList()))
        .with(settle(input.poolOptions()))
        .using(input.vertx())
        .build();
  }

  private PoolOptions settle(PoolOptions options) {
    return options
        .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS)
        .setConnectionTimeout(Math.toIntExact(limit.toMillis()));
  }

  private void settle(PgConnectOptions options) {
    options
        .setPreparedStatementCacheSqlFilter(sql -> true)
        .addProperty("statement_timeout", Long.toString(limit.toMillis()))
        .addProperty(
            "idle_in_transaction_session_timeout", Long.toString(longestSilence.toMillis()))
        .addProperty("tcp_keepalives_idle", Integer.toString(KEEPALIVE_IDLE_SECONDS))
        .addProperty("tcp_keepalives_interval", Integer.toString(KEEPALIVE_INTERVAL_SECONDS))
        .addProperty("tcp_keepalives_count", Integer.toString(KEEPALIVES));
    options
        .setConnectTimeout(Math.toIntExact(limit.toMillis()))
        .setTcpKeepAlive(true)
        .setTcpKeepAliveIdleSeconds(KEEPALIVE_IDLE_SECONDS);
  }

  /**
   * Closes the socket under a connection, at once and whatever is under way on it. The client's own
   * {@code close} would wait for the server's answer, and gives a connection back to the pool with
   * its unanswered statement; so this reaches below it, to the head of the Netty pipeline.
   */
  static void cut(io.vertx.mutiny.sqlclient.SqlConnection connection) {
    if (connection.getDelegate() instanceof SqlConnectionInternal client
        && client.unwrap().unwrap() instanceof SocketConnectionBase inner) {
      Channel channel = inner.socket().channelHandlerContext().channel();
      channel.eventLoop().execute(() -> close(channel));
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // who waits for the connection hears of its end
  private static void close(Channel channel) {
    channel.pipeline().firstContext().close();
  }
}
