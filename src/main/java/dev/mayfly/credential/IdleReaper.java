package dev.mayfly.credential;

import dev.mayfly.grant.Because;
import dev.mayfly.grant.GrantMachine;
import dev.mayfly.grant.IdleGrants;
import dev.mayfly.grant.Move;
import dev.mayfly.store.Database;
import io.quarkus.scheduler.Scheduled;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;

/** Use it or lose it: releases grants under which nothing was minted for their role's idle time. */
@ApplicationScoped
public class IdleReaper {

  /* By credentials_by_grant, in the partitions of lists that ended after the grant began. */
  private static final String LAST_USED =
      "SELECT max(issued_at) AS used FROM credentials WHERE grant_id = $1 AND list_ends_at >= $2";

  private static final Because IDLE = new Because("system:reaper", "idle", "");

  private final Database database;
  private final IdleGrants idle;
  private final GrantMachine machine;

  public IdleReaper(Database database, IdleGrants idle, GrantMachine machine) {
    this.database = database;
    this.idle = idle;
    this.machine = machine;
  }

  @Scheduled(
      identity = "grants-idle",
      every = "{mayfly.grant.reaper-every}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
  Uni<Void> tick() {
    return reap().replaceWithVoid();
  }

  /** Works until nothing is due; gives the number of grants looked at. */
  public Uni<Integer> reap() {
    return Multi.createBy()
        .repeating()
        .uni(() -> database.inTransaction(Database.LONGEST, this::lookAtOne))
        .whilst(looked -> looked)
        .filter(looked -> looked)
        .collect()
        .asList()
        .map(List::size);
  }

  /** False when none is due any more. */
  private Uni<Boolean> lookAtOne(SqlConnection tx) {
    return idle.due(tx)
        .chain(
            due ->
                due.map(one -> lookAt(tx, one).replaceWith(true))
                    .orElseGet(() -> Uni.createFrom().item(false)));
  }

  private Uni<Void> lookAt(SqlConnection tx, IdleGrants.Due one) {
    return tx.preparedQuery(LAST_USED)
        .execute(Tuple.of(one.id().value(), one.activatedAt().atOffset(ZoneOffset.UTC)))
        .chain(rows -> releaseOrPostpone(tx, one, rows));
  }

  /** Boundary: used exactly one idle time ago is idle. */
  private Uni<Void> releaseOrPostpone(SqlConnection tx, IdleGrants.Due one, RowSet<Row> rows) {
    OffsetDateTime used = rows.iterator().next().getOffsetDateTime("used");
    return used != null && used.toInstant().isAfter(one.unusedSince())
        ? idle.postpone(tx, one.id(), used)
        : machine.move(tx, one.id(), Move.RELEASE, IDLE).replaceWithVoid();
  }
}
