package dev.mayfly.revocation.list;

import dev.mayfly.revocation.Target.Scope;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.RevocationId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Finds the entries that revocations cover. Every credential is seen that was minted before its
 * revocation committed: a mint holds its grant and its key {@code FOR SHARE} until it commits, the
 * revocation waits for that lock, and these statements begin after the revocation has committed
 * (rule 3). So no time is compared here, and a clock that jumps loses nothing.
 *
 * <p>The ids go in as arrays and not as a join, so that the planner has no other way than by index;
 * a list's end in the future leaves out yesterday's partitions and, inside the index by grant, the
 * grant's expired credentials.
 */
final class Affected {

  private static final String OF_CREDENTIALS =
      """
      SELECT list_id, array_agg(list_idx) AS entries, array_agg(id) AS ids FROM credentials
       WHERE id = ANY ($1) AND list_ends_at > mayfly_now() GROUP BY list_id
      """;

  private static final String OF_GRANTS =
      """
      SELECT list_id, array_agg(list_idx) AS entries, array_agg(id) AS ids FROM credentials
       WHERE grant_id = ANY ($1) AND list_ends_at > mayfly_now() GROUP BY list_id
      """;

  /**
   * No index by key: a taint is rare and reads all live credentials, by the primary key's range.
   * The certificates of a CA's own key stand on the list of who signed them.
   */
  private static final String OF_KEYS =
      """
      SELECT list_id, array_agg(list_idx) AS entries, array_agg(id) AS ids FROM credentials
       WHERE kid = ANY ($1) AND list_ends_at > mayfly_now() GROUP BY list_id
      UNION ALL
      SELECT list_id, array_agg(0) AS entries, array_agg(id) AS ids FROM ca_certificates
       WHERE kid = ANY ($1) AND list_id IS NOT NULL AND not_after > mayfly_now() GROUP BY list_id
      """;

  /**
   * Grants that are live again after the identity was resumed are left alone; ended ones matter as
   * long as a credential minted under them may live.
   */
  private static final String GRANTS_OF_IDENTITIES =
      """
      SELECT id FROM grants
       WHERE identity_id = ANY ($1) AND state <> 'ACTIVE'
         AND (ended_at IS NULL OR ended_at > mayfly_now() - interval '8 days')
      """;

  private final Map<Long, List<Revoked>> entries = new HashMap<>();

  private Affected() {}

  /** By list, what it has to say. */
  static Uni<Map<Long, List<Revoked>>> find(SqlConnection connection, List<Unlisted> unlisted) {
    Set<UUID> credentials = new LinkedHashSet<>();
    Set<UUID> grants = new LinkedHashSet<>();
    Set<UUID> identities = new LinkedHashSet<>();
    Set<String> keys = new LinkedHashSet<>();
    for (Unlisted revocation : unlisted) {
      switch (revocation) {
        case Unlisted.OfCredential(RevocationId id, UUID credential) -> credentials.add(credential);
        case Unlisted.OfGrant(RevocationId id, UUID grant) -> grants.add(grant);
        case Unlisted.OfIdentity(RevocationId id, UUID identity) -> identities.add(identity);
        case Unlisted.OfKey(RevocationId id, String kid) -> keys.add(kid);
      }
    }
    Affected affected = new Affected();
    return affected
        .add(connection, OF_CREDENTIALS, uuids(credentials), Scope.CREDENTIAL)
        .chain(done -> affected.add(connection, OF_GRANTS, uuids(grants), Scope.GRANT))
        .chain(done -> grantsOf(connection, identities))
        .chain(theirs -> affected.add(connection, OF_GRANTS, uuids(theirs), Scope.IDENTITY))
        .chain(done -> affected.add(connection, OF_KEYS, keys.toArray(String[]::new), Scope.KEY))
        .replaceWith(affected.entries);
  }

  private static Uni<Set<UUID>> grantsOf(SqlConnection connection, Set<UUID> identities) {
    if (identities.isEmpty()) {
      return Uni.createFrom().item(Set.of());
    }
    return connection
        .preparedQuery(GRANTS_OF_IDENTITIES)
        .execute(Tuple.tuple().addArrayOfUUID(uuids(identities)))
        .map(Affected::ids);
  }

  private Uni<Void> add(SqlConnection connection, String sql, Object[] ids, Scope scope) {
    if (ids.length == 0) {
      return Uni.createFrom().voidItem();
    }
    return connection
        .preparedQuery(sql)
        .execute(Tuple.tuple().addValue(ids))
        .invoke(rows -> collect(rows, scope))
        .replaceWithVoid();
  }

  private void collect(RowSet<Row> rows, Scope scope) {
    for (Row row : rows) {
      Integer[] indexes = row.getArrayOfIntegers("entries");
      UUID[] ids = row.getArrayOfUUIDs("ids");
      List<Revoked> list = entries.computeIfAbsent(row.getLong("list_id"), id -> new ArrayList<>());
      for (int i = 0; i < indexes.length; i++) {
        list.add(new Revoked(indexes[i], new CredentialId(ids[i]), scope));
      }
    }
  }

  private static Set<UUID> ids(RowSet<Row> rows) {
    Set<UUID> ids = new LinkedHashSet<>();
    rows.forEach(row -> ids.add(row.getUUID("id")));
    return ids;
  }

  private static UUID[] uuids(Set<UUID> ids) {
    return ids.toArray(UUID[]::new);
  }
}
