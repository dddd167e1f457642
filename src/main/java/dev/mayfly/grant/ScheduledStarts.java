package dev.mayfly.grant;

import dev.mayfly.Outcome;
import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.PolicyBook;
import dev.mayfly.store.Database;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.Seconds;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import org.jboss.logging.Logger;

/**
 * Begins scheduled grants whose time has come where outside facts are asked for first. A loop of
 * its own: what a silent check takes holds up no other grant's end.
 */
@ApplicationScoped
public class ScheduledStarts {

  private static final Logger LOG = Logger.getLogger(ScheduledStarts.class);

  /** At the same time; the next batch waits for the slowest check of this one. */
  private static final int BATCH = 32;

  /** Until it is looked at again, by whichever node: longer than a check and a transaction take. */
  static final Duration PAUSE = Duration.ofSeconds(30);

  /*
   * By grants_by_deadline. Claims them by moving the moment at which they are looked at next: no lock is held while
   * somebody else's machine is asked, and what a node that died has claimed comes back.
   */
  private static final String CLAIM =
      """
      WITH due AS MATERIALIZED (
        SELECT g.id FROM grants g
        WHERE g.deadline <= mayfly_now() AND g.state = 'SCHEDULED' AND g.role = ANY ($1)
        ORDER BY g.deadline LIMIT $2
        FOR UPDATE SKIP LOCKED
      )
      UPDATE grants g SET deadline = mayfly_now() + make_interval(secs => $3)
      FROM due WHERE g.id = due.id
      RETURNING g.id
      """;

  private final Database database;
  private final GrantFacts facts;
  private final DueStarts starts;
  private final Supplier<CompiledPolicy> policy;
  private final GrantConfig config;

  @Inject
  ScheduledStarts(
      Database database, GrantFacts facts, DueStarts starts, PolicyBook book, GrantConfig config) {
    this(database, facts, starts, book::current, config);
  }

  ScheduledStarts(
      Database database,
      GrantFacts facts,
      DueStarts starts,
      Supplier<CompiledPolicy> policy,
      GrantConfig config) {
    this.database = database;
    this.facts = facts;
    this.starts = starts;
    this.policy = policy;
    this.config = config;
  }

  @Scheduled(
      identity = "scheduled-starts",
      every = "{mayfly.grant.reaper-every}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  Uni<Void> tick() {
    return begin().replaceWithVoid();
  }

  /** Works until none is due; gives the number of those it looked at. */
  Uni<Integer> begin() {
    CompiledPolicy current = policy.get();
    return current.withChecks().isEmpty()
        ? Uni.createFrom().item(0)
        : claim(current)
            .chain(claimed -> begin(claimed, current))
            .chain(
                looked ->
                    looked < BATCH
                        ? Uni.createFrom().item(looked)
                        : begin().map(more -> looked + more));
  }

  private Uni<List<GrantId>> claim(CompiledPolicy current) {
    Tuple parameters =
        Tuple.tuple()
            .addArrayOfString(current.withChecks().toArray(String[]::new))
            .addInteger(BATCH)
            .addDouble(Seconds.of(PAUSE));
    return database
        .run(CLAIM, parameters)
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false)
                    .map(row -> new GrantId(row.getUUID("id")))
                    .toList());
  }

  private Uni<Integer> begin(List<GrantId> claimed, CompiledPolicy current) {
    return claimed.isEmpty()
        ? Uni.createFrom().item(0)
        : Uni.join()
            .all(claimed.stream().map(id -> begin(id, current)).toList())
            .andFailFast()
            .map(List::size);
  }

  /** One that fails is looked at again after the pause, and holds up none of the others. */
  private Uni<Boolean> begin(GrantId id, CompiledPolicy current) {
    return facts
        .forStart(id, current)
        .chain(
            heard ->
                database.inTransaction(
                    tx -> starts.begin(tx, id, current, heard, config.startWaits())))
        .map(Outcome.Ok.class::isInstance)
        .onFailure()
        .invoke(
            failure ->
                LOG.warnf(
                    "a scheduled start will be tried again: %s", failure.getClass().getName()))
        .onFailure()
        .recoverWithItem(false);
  }
}
