package dev.mayfly.grant;

import dev.mayfly.store.GrantId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Grants that are to be looked at because nothing may have been minted under them for their role's
 * idle time. Whether something was is known to the ledger, so no mint has to write here.
 */
@ApplicationScoped
public class IdleGrants {

  /*
   * By grants_by_idle. The lock keeps mints out until it is decided: one that was first is seen. One only: what rests on
   * it is held next, and whoever waits for that must hold nothing that is made later. One that has run out is not
   * given back: the reaper of grants expires it.
   */
  private static final String DUE =
      """
      SELECT g.id, g.activated_at, mayfly_now() - g.idle AS unused_since FROM grants g
      WHERE g.idle_at <= mayfly_now() AND g.state = 'ACTIVE' AND g.expires_at > mayfly_now()
        AND NOT EXISTS (SELECT 1 FROM grants e WHERE e.extends = g.id AND e.state = 'ACTIVE') -- used in its place
        AND NOT EXISTS (SELECT 1 FROM grants e WHERE e.part_of = g.id AND e.state = 'ACTIVE') -- used by an agent
      ORDER BY g.idle_at LIMIT 1
      FOR UPDATE SKIP LOCKED
      """;

  private static final String POSTPONE =
      "UPDATE grants g SET idle_at = $2::timestamptz + g.idle WHERE g.id = $1";

  /**
   * A grant to look at.
   *
   * @param unusedSince it is idle when nothing was minted after this
   */
  public record Due(GrantId id, Instant activatedAt, Instant unusedSince) {}

  /** Locks one that is due and that nobody else looks at. */
  public Uni<Optional<Due>> due(SqlConnection tx) {
    return tx.preparedQuery(DUE)
        .execute()
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false)
                    .map(
                        row ->
                            new Due(
                                new GrantId(row.getUUID("id")),
                                row.getOffsetDateTime("activated_at").toInstant(),
                                row.getOffsetDateTime("unused_since").toInstant()))
                    .findFirst());
  }

  /** It was used: looks again one idle time after that. */
  public Uni<Void> postpone(SqlConnection tx, GrantId id, OffsetDateTime used) {
    return tx.preparedQuery(POSTPONE).execute(Tuple.of(id.value(), used)).replaceWithVoid();
  }
}
