package dev.mayfly.grant;

import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * Holds grants that are to end, and all that rests on them, in the order in which everybody takes
 * them (docs/decisions/0001): whoever ends several holds them here first, all at once. One by one,
 * each with what rests on it, would be an order of its own.
 */
public final class HeldGrants {

  private static final String WITH =
      "SELECT h.id FROM mayfly_hold_grants(ARRAY[$1::uuid]) AS h (id)";

  /* By grants_by_identity. */
  private static final String ALL_OF =
      """
      SELECT h.id FROM mayfly_hold_grants(
        ARRAY(SELECT g.id FROM grants g WHERE g.identity_id = $1 AND g.ended_at IS NULL)) AS h (id)
      """;

  private HeldGrants() {}

  /** This one, and what rests on it and has not ended: what another rests on comes before it. */
  static Uni<List<GrantId>> with(SqlClient tx, GrantId grant) {
    return tx.preparedQuery(WITH).execute(Tuple.of(grant.value())).map(HeldGrants::ids);
  }

  /**
   * All grants of an identity that have not ended, and what rests on them. The identity is held
   * already, so that none is made meanwhile.
   */
  public static Uni<List<GrantId>> allOf(SqlClient tx, IdentityId identity) {
    return tx.preparedQuery(ALL_OF).execute(Tuple.of(identity.value())).map(HeldGrants::ids);
  }

  private static List<GrantId> ids(RowSet<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false)
        .map(row -> new GrantId(row.getUUID("id")))
        .toList();
  }
}
