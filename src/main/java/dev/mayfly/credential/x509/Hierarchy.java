package dev.mayfly.credential.x509;

import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;
import java.util.stream.StreamSupport;

/** Who stands below whom, as the table has it: inside somebody's transaction. */
public final class Hierarchy {

  private static final String BELOW =
      """
      SELECT DISTINCT c.kid FROM ca_certificates c JOIN signing_keys k ON k.kid = c.kid
       WHERE c.signed_by = $1 AND c.usage = 'ISSUING' AND k.state IN ('PREPARED', 'ACTIVE', 'RETIRING')
       ORDER BY c.kid
      """;

  /** Waits for a taint that is under way, and sees what it made of the key. */
  private static final String VOUCHES =
      "SELECT kid FROM signing_keys WHERE kid = $1 AND state = 'ACTIVE' FOR SHARE";

  private Hierarchy() {}

  /** The issuing authorities that this key has certified and that may still be believed. */
  public static Uni<List<KeyId>> below(SqlConnection connection, KeyId root) {
    return connection
        .preparedQuery(BELOW)
        .execute(Tuple.of(root.value()))
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false)
                    .map(row -> new KeyId(row.getString("kid")))
                    .toList());
  }

  /** Whether the key may certify, which it may then until the transaction ends. */
  static Uni<Boolean> vouches(SqlConnection connection, KeyId root) {
    return connection
        .preparedQuery(VOUCHES)
        .execute(Tuple.of(root.value()))
        .map(rows -> rows.size() > 0);
  }
}
