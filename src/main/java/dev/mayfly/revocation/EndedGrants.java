package dev.mayfly.revocation;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import dev.mayfly.grant.Because;
import dev.mayfly.grant.GrantMachine;
import dev.mayfly.grant.HeldGrants;
import dev.mayfly.grant.Move;
import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Ends grants inside a revocation's transaction. The row lock is what rule 3 rests on: a mint holds
 * the grant {@code FOR SHARE} until it commits, so whoever is first here is seen by the other. The
 * machine then moves the grant, with its audit event and the revocation that lists what it minted.
 */
@ApplicationScoped
class EndedGrants {

  private static final String LOCK =
      "SELECT state, identity_id FROM grants WHERE id = $1 FOR UPDATE";

  /** They are held by then. */
  private static final String LIVE_OF_IDENTITY =
      """
      SELECT id FROM grants
       WHERE identity_id = $1 AND state IN ('ACTIVE', 'APPROVED', 'SCHEDULED')
       ORDER BY seq
      """;

  private final GrantMachine machine;

  EndedGrants(GrantMachine machine) {
    this.machine = machine;
  }

  /** Ends one grant. One that its holder has given back stays RELEASED: it is as dead. */
  Uni<Outcome<Covered>> end(SqlConnection connection, GrantId grant, Because because) {
    return connection
        .preparedQuery(LOCK)
        .execute(Tuple.of(grant.value()))
        .chain(rows -> endLocked(connection, grant, because, rows));
  }

  private Uni<Outcome<Covered>> endLocked(
      SqlConnection connection, GrantId grant, Because because, RowSet<Row> rows) {
    if (rows.size() == 0) {
      return refused(new Refusal.NotFound("grant-unknown", "no grant " + grant));
    }
    Row row = rows.iterator().next();
    Covered covered =
        new Covered(
            true, Optional.of(new IdentityId(row.getUUID("identity_id"))), Optional.of(grant));
    return switch (row.getString("state")) {
      case "ACTIVE", "APPROVED", "SCHEDULED" ->
          machine
              .move(connection, grant, Move.REVOKE, because)
              .map(moved -> moved.then(done -> Outcome.ok(covered)));
      case "REVOKED", "RELEASED" -> Uni.createFrom().item(Outcome.ok(covered));
      default -> refused(new Refusal.Conflict("grant-not-live", "the grant is not live"));
    };
  }

  /**
   * Ends every live grant of an identity whose row the transaction has locked. One may end with
   * another that it rests on before its own turn comes; at the end none is left.
   */
  Uni<Void> endAll(SqlConnection connection, IdentityId identity, Because because) {
    return HeldGrants.allOf(connection, identity)
        .chain(() -> liveOf(connection, identity))
        .chain(grants -> revokeEach(connection, grants, because))
        .chain(() -> liveOf(connection, identity))
        .invoke(EndedGrants::mustBeNone)
        .replaceWithVoid();
  }

  private static Uni<List<GrantId>> liveOf(SqlConnection connection, IdentityId identity) {
    return connection
        .preparedQuery(LIVE_OF_IDENTITY)
        .execute(Tuple.of(identity.value()))
        .map(EndedGrants::ids);
  }

  private Uni<Void> revokeEach(SqlConnection connection, List<GrantId> grants, Because because) {
    return Multi.createFrom()
        .iterable(grants)
        .onItem()
        .transformToUniAndConcatenate(
            grant -> machine.move(connection, grant, Move.REVOKE, because))
        .collect()
        .last()
        .replaceWithVoid();
  }

  /** The rows are locked and their states known, so the machine had no ground to leave one. */
  private static void mustBeNone(List<GrantId> live) {
    if (!live.isEmpty()) {
      throw new IllegalStateException("live grants were not revoked: " + live);
    }
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
