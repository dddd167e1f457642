package dev.mayfly.credential;

import dev.mayfly.store.CallerContext;
import dev.mayfly.store.Database;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

  /** The most that may wait under one Idempotency-Key. */
  static final int MOST_UNDER_ONE_KEY = 16;

  private final Database database;
  private final InstantSource clock;
  private final CredentialConfig config;
  private final DistributionSummary batchSizes;

  private final Queue<Waiting> gathering = new ArrayDeque<>();

  /** Assertions that wait or are in flight: to show one again meanwhile is to replay it. */
  private final Set<UUID> shown = new HashSet<>();

  /**
   * How many that wait or are in flight share an Idempotency-Key. Two never share a statement, so
   * many of them would make everybody's statements small; an honest client tries a few times.
   */
  private final Map<UUID, Integer> sharing = new HashMap<>();

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
   * Records one entry, together with whoever else waits. Each hears on its own event loop: what
   * follows, the signing above all, is spread as the requests are.
   *
   * @return what the database said, once it is committed; fails when the database does, or with
   *     {@link LedgerBusy} when too many wait already, or too many under one Idempotency-Key
   */
  public Uni<Verdict> record(Entry entry) {
    return CallerContext.back(
        Uni.createFrom()
            .emitter(
                request -> {
                  switch (gather(new Waiting(entry, request))) {
                    case GATHERED -> sendNext();
                    case REPLAYED ->
                        request.complete(new Verdict.Rejected(Verdict.Reason.REPLAYED));
                    case FULL -> request.fail(new LedgerBusy());
                  }
                }));
  }

  private enum Gathering {
    GATHERED,
    REPLAYED,
    FULL
  }

  /**
   * An assertion that waits already is refused at once: since two uses never share a statement, a
   * flood of one assertion would fill the queue and leave it one by one.
   */
  private synchronized Gathering gather(Waiting waiting) {
    if (gathering.size() >= config.waiting() || isKeyCrowded(waiting.entry())) {
      return Gathering.FULL;
    }
    if (!waiting.entry().assertion().map(a -> shown.add(a.key())).orElse(true)) {
      return Gathering.REPLAYED;
    }
    waiting.entry().idempotency().ifPresent(i -> sharing.merge(i.key(), 1, Integer::sum));
    gathering.add(waiting);
    return Gathering.GATHERED;
  }

  private boolean isKeyCrowded(Entry entry) {
    return entry
        .idempotency()
        .map(i -> sharing.getOrDefault(i.key(), 0) >= MOST_UNDER_ONE_KEY)
        .orElse(false);
  }

  private void sendNext() {
    List<Waiting> batch = nextBatch();
    if (batch.isEmpty()) {
      return;
    }
    batchSizes.record(batch.size());
    // Deferred: what fails before it is sent must give the lane back, too.
    Uni.createFrom()
        .deferred(
            () ->
                database.run(
                    LedgerStatement.SQL,
                    LedgerStatement.parameters(batch, config.idempotencyWindow(), clock)))
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
   * Two uses of one Idempotency-Key never share a statement: uniqueness decides between statements.
   */
  private static boolean isAlone(Entry entry, Set<UUID> once) {
    return entry.idempotency().map(i -> once.add(i.key())).orElse(true);
  }

  private synchronized void laneIsFree(List<Waiting> batch) {
    inFlight = false;
    batch.forEach(waiting -> forget(waiting.entry()));
  }

  private void forget(Entry entry) {
    entry.assertion().ifPresent(a -> shown.remove(a.key()));
    entry
        .idempotency()
        .ifPresent(i -> sharing.computeIfPresent(i.key(), (key, n) -> n > 1 ? n - 1 : null));
  }

  private void answer(List<Waiting> batch, RowSet<Row> rows) {
    laneIsFree(batch);
    sendNext();
    for (Row row : rows) {
      batch.get(LedgerStatement.position(row)).request().complete(LedgerStatement.verdict(row));
    }
  }

  private void fail(List<Waiting> batch, Throwable lost) {
    laneIsFree(batch);
    sendNext();
    batch.forEach(waiting -> waiting.request().fail(lost));
  }
}
