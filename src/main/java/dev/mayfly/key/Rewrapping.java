package dev.mayfly.key;

import dev.mayfly.key.KeyMoves.Why;
import dev.mayfly.store.Database;
import dev.mayfly.store.KeyId;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;

/** Brings what an earlier key-encryption key wrapped under the present one, so that it can go. */
@ApplicationScoped
class Rewrapping {

  private static final String HELD =
      "SELECT kid, ring, wrapped FROM signing_keys WHERE wrapped IS NOT NULL AND custody = $1";

  private final Database database;
  private final KeyMoves moves;
  private final Custody custody;

  Rewrapping(Database database, KeyMoves moves, Custody custody) {
    this.database = database;
    this.moves = moves;
    this.custody = custody;
  }

  @Scheduled(identity = "key-rewrap", every = "1m", concurrentExecution = ConcurrentExecution.SKIP)
  Uni<Void> keepRewrapping() {
    return rewrap();
  }

  /** Two nodes may be at it: the row changes only from what was read. */
  Uni<Void> rewrap() {
    return database
        .run(HELD, Tuple.of(custody.id()))
        .emitOn(Infrastructure.getDefaultWorkerPool())
        .onItem()
        .transformToMulti(rows -> Multi.createFrom().iterable(rows))
        .onItem()
        .transformToUniAndConcatenate(this::rewrap)
        .collect()
        .last()
        .replaceWithVoid();
  }

  private Uni<Void> rewrap(Row row) {
    KeyId id = new KeyId(row.getString("kid"));
    RingName ring = RingName.parse(row.getString("ring"));
    byte[] held = row.getBuffer("wrapped").getBytes();
    Optional<byte[]> renewed = custody.renew(id, ring, held);
    if (renewed.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    Why why = Why.schedule("the key-encryption key has changed");
    return database.inTransaction(
        connection -> moves.rewrap(connection, id, ring, held, renewed.get(), why));
  }
}
