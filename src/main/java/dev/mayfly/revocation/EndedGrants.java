package dev.mayfly.revocation;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;

/**
 * Ends grants inside a revocation's transaction. The row lock is what rule 3 rests on: a mint holds
 * the grant {@code FOR SHARE} until it commits, so whoever is first here is seen by the other.
 */
@ApplicationScoped
class EndedGrants {

  private static final String LOCK =
      "SELECT state, identity_id FROM grants WHERE id = $1 FOR UPDATE";

  /** In id order, as the ledger locks them: two orders would deadlock. */
  private static final String LOCK_OF_IDENTITY =
      """
      SELECT id FROM grants
       WHERE identity_id = $1 AND state IN ('ACTIVE', 'APPROVED', 'SCHEDULED')
       ORDER BY id FOR UPDATE
      """;

  private static final String REVOKE =
      """
      UPDATE grants
         SET state = 'REVOKED', ended_at = mayfly_now(), cause = $2, deadline = NULL, version = version + 1
       WHERE id = ANY ($1) AND state IN ('ACTIVE', 'APPROVED', 'SCHEDULED')
      """;

  /** Ends one grant. One given back by its holder stays RELEASED, but what it minted is listed. */
  Uni<Outcome<Covered>> end(SqlConnection connection, GrantId grant, String cause) {
    return connection
        .preparedQuery(LOCK)
        .execute(Tuple.of(grant.value()))
        .chain(rows -> endLocked(connection, grant, cause, rows));
  }

  private static Uni<Outcome<Covered>> endLocked(
      SqlConnection connection, GrantId grant, String cause, RowSet<Row> rows) {
    if (rows.size() == 0) {
      return refused(new Refusal.NotFound("grant-unknown", "no grant " + grant));
    }
    Row row = rows.iterator().next();
    var identity = Optional.of(new IdentityId(row.getUUID("identity_id")));
    return switch (row.getString("state")) {
      case "ACTIVE", "APPROVED", "SCHEDULED" ->
          revoke(connection, List.of(grant), cause)
              .replaceWith(Outcome.ok(new Covered(false, identity, Optional.of(grant), List.of())));
      case "REVOKED", "RELEASED" ->
          Uni.createFrom()
              .item(Outcome.ok(new Covered(true, identity, Optional.of(grant), List.of())));
      default -> refused(new Refusal.Conflict("grant-not-live", "the grant is not live"));
    };
  }

  /** Ends every live grant of an identity whose row the transaction has locked. */
  Uni<List<GrantId>> endAll(SqlConnection connection, IdentityId identity, String cause) {
    return connection
        .preparedQuery(LOCK_OF_IDENTITY)
        .execute(Tuple.of(identity.value()))
        .map(EndedGrants::ids)
        .call(grants -> revoke(connection, grants, cause));
  }

  private static Uni<Void> revoke(SqlConnection connection, List<GrantId> grants, String cause) {
    if (grants.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    UUID[] ids = grants.stream().map(GrantId::value).toArray(UUID[]::new);
    return connection
        .preparedQuery(REVOKE)
        .execute(Tuple.tuple().addArrayOfUUID(ids).addString(cause))
        .replaceWithVoid();
  }

  private static List<GrantId> ids(RowSet<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false)
        .map(row -> new GrantId(row.getUUID("id")))
        .toList();
  }

  private static <T> Uni<Outcome<T>> refused(Refusal refusal) {
    return Uni.createFrom().item(Outcome.refused(refusal));
  }
}
