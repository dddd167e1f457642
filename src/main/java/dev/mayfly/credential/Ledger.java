package dev.mayfly.credential;

import dev.mayfly.store.Database;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;

/**
 * The durable record of every credential, written before anything is signed (rule 2). While one
 * statement is in flight the next requests gather; load makes batches larger instead of adding
 * round trips (docs/decisions/0003).
 */
@ApplicationScoped
public class Ledger {

  /** A statement that takes longer has lost its database; its requests are told to come back. */
  private static final Duration STATEMENT_LIMIT = Duration.ofSeconds(5);

  private final Database database;
  private final InstantSource clock;
  private final CredentialConfig config;
  private final DistributionSummary batchSizes;

  private final Queue<Waiting> gathering = new ArrayDeque<>();
  private boolean inFlight;

  public Ledger(
      Database database, InstantSource clock, CredentialConfig config, MeterRegistry metrics) {
    this.database = database;
    this.clock = clock;
    this.config = config;
    this.batchSizes =
        DistributionSummary.builder("mayfly.ledger.batch")
            .description("Credentials recorded by one statement")
            .register(metrics);
  }

  /**
   * Records one entry, together with whoever else waits.
   *
   * @return what the database said, once it is committed; fails when the database does, or with
   *     {@link LedgerBusy} when too many wait already
   */
  public Uni<Verdict> record(Entry entry) {
    return Uni.createFrom()
        .emitter(
            request -> {
              if (gather(new Waiting(entry, request))) {
                sendNext();
              } else {
                request.fail(new LedgerBusy());
              }
            });
  }

  private synchronized boolean gather(Waiting waiting) {
    return gathering.size() < config.waiting() && gathering.add(waiting);
  }

  private void sendNext() {
    List<Waiting> batch = nextBatch();
    if (batch.isEmpty()) {
      return;
    }
    batchSizes.record(batch.size());
    database
        .run(
            LedgerStatement.SQL,
            LedgerStatement.parameters(batch, config.idempotencyWindow(), clock))
        .ifNoItem()
        .after(STATEMENT_LIMIT)
        .fail()
        .subscribe()
        .with(rows -> answer(batch, rows), lost -> fail(batch, lost));
  }

  /** The lane is taken by whoever gets a batch, and given back by {@link #laneIsFree}. */
  private synchronized List<Waiting> nextBatch() {
    if (inFlight || gathering.isEmpty()) {
      return List.of();
    }
    inFlight = true;
    List<Waiting> batch = new ArrayList<>();
    List<Waiting> later = new ArrayList<>();
    Set<UUID> once = new HashSet<>();
    while (batch.size() < config.batch() && !gathering.isEmpty()) {
      Waiting next = gathering.remove();
      (isAlone(next.entry(), once) ? batch : later).add(next);
    }
    gathering.addAll(later);
    return batch;
  }

  /**
   * Two uses of one assertion or one Idempotency-Key never share a statement: uniqueness decides
   * between statements.
   */
  private static boolean isAlone(Entry entry, Set<UUID> once) {
    boolean alone =
        entry.assertion().map(a -> !once.contains(a.key())).orElse(true)
            && entry.idempotency().map(i -> !once.contains(i.key())).orElse(true);
    if (alone) {
      entry.assertion().ifPresent(a -> once.add(a.key()));
      entry.idempotency().ifPresent(i -> once.add(i.key()));
    }
    return alone;
  }

  private synchronized void laneIsFree() {
    inFlight = false;
  }

  private void answer(List<Waiting> batch, RowSet<Row> rows) {
    laneIsFree();
    sendNext();
    for (Row row : rows) {
      batch.get(LedgerStatement.position(row)).request().complete(LedgerStatement.verdict(row));
    }
  }

  private void fail(List<Waiting> batch, Throwable lost) {
    laneIsFree();
    sendNext();
    batch.forEach(waiting -> waiting.request().fail(lost));
  }
}
