package dev.mayfly.grant;

import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What ends when a person's provider takes its word back. Their session alone would be too little:
 * what they were granted rests on that word too. A person whom the provider still vouches for by
 * another session keeps what they hold; that the other session is there says nothing by itself.
 */
@ApplicationScoped
public class Withdrawals {

  /* By primary keys: the session and its devices'. */
  private static final String REFUSED =
      """
      UPDATE sessions s SET refused_at = $2, provider_token = NULL, asking_until = NULL
      FROM grants g
      WHERE g.id = s.grant_id AND g.kind = 'SESSION' AND (g.id = $1 OR g.parent = $1)
      """;

  private static final String HOLD =
      """
      SELECT i.id FROM identities i JOIN sessions s ON s.identity_id = i.id WHERE s.grant_id = $1
      FOR NO KEY UPDATE OF i
      """;

  /* By grants_by_identity; a person has few grants that have not ended, and few sessions. */
  private static final String RESTS_ON_IT =
      """
      SELECT g.id FROM sessions s JOIN grants g ON g.identity_id = s.identity_id
      WHERE s.grant_id = $1 AND g.kind = 'REQUESTED' AND g.state IN ('ACTIVE', 'SCHEDULED')
        AND NOT EXISTS (SELECT 1 FROM grants o
                        JOIN sessions v ON v.grant_id = o.id AND v.claims_at >= COALESCE($2::timestamptz, '-infinity')
                        WHERE o.identity_id = s.identity_id AND o.kind = 'SESSION' AND o.state = 'ACTIVE'
                          AND o.expires_at > mayfly_now())
      ORDER BY g.seq
      """;

  private final GrantMachine machine;

  public Withdrawals(GrantMachine machine) {
    this.machine = machine;
  }

  /**
   * Keeps in mind that the provider refused: what this person approved counts no longer, unless it
   * has vouched for them by another session since.
   *
   * @param askedAt when it was asked, by the database's clock
   */
  public Uni<Void> refused(SqlConnection tx, GrantId session, OffsetDateTime askedAt) {
    return tx.preparedQuery(REFUSED).execute(Tuple.of(session.value(), askedAt)).replaceWithVoid();
  }

  /**
   * Holds whoever has this session until the transaction ends, so that nothing of theirs is
   * activated meanwhile, and all that they hold: their sessions and what rests on the provider's
   * word end one after the other, in whichever order. First of all locks.
   */
  public Uni<Void> hold(SqlConnection tx, GrantId session) {
    return tx.preparedQuery(HOLD)
        .execute(Tuple.of(session.value()))
        .chain(
            rows -> {
              for (Row row : rows) {
                return HeldGrants.allOf(tx, new IdentityId(row.getUUID("id"))).replaceWithVoid();
              }
              return Uni.createFrom().voidItem();
            });
  }

  /**
   * Ends what whoever had this session holds, unless another session of theirs is live.
   *
   * @param since only a session for which the provider has vouched since then; empty: any
   */
  public Uni<Void> withdraw(
      SqlConnection tx, GrantId session, Optional<OffsetDateTime> since, Because because) {
    return tx.preparedQuery(RESTS_ON_IT)
        .execute(Tuple.of(session.value(), since.orElse(null)))
        .chain(
            rows -> {
              List<GrantId> grants = new ArrayList<>();
              rows.forEach(row -> grants.add(new GrantId(row.getUUID("id"))));
              return Multi.createFrom()
                  .iterable(grants)
                  .onItem()
                  .transformToUniAndConcatenate(
                      grant -> machine.move(tx, grant, Move.REVOKE, because))
                  .collect()
                  .last()
                  .replaceWithVoid();
            });
  }
}
