package dev.mayfly.credential.x509;

import dev.mayfly.key.KeyState;
import dev.mayfly.store.CredentialId;
import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** What an import of a root's certificate has to know of those before it: one row, by its key. */
final class RootRows {

  /** Whoever is second sees what the first has brought. */
  private static final String LOCK = "SELECT state FROM signing_keys WHERE kid = $1 FOR UPDATE";

  private static final String NEWEST =
      """
      SELECT id, der, chain FROM ca_certificates WHERE kid = $1 AND usage = 'ROOT'
       ORDER BY made_at DESC, id DESC LIMIT 1
      """;

  private RootRows() {}

  /** A certificate that is there. */
  @SuppressWarnings("ArrayRecordComponent") // a row's bytes, compared by who asks
  record Present(CredentialId id, byte[] der, byte[] chain) {}

  /** The key's state, under its lock until the transaction ends. */
  static Uni<Optional<KeyState>> lock(SqlConnection connection, KeyId key) {
    return connection
        .preparedQuery(LOCK)
        .execute(Tuple.of(key.value()))
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false)
                    .map(row -> KeyState.valueOf(row.getString("state")))
                    .findFirst());
  }

  /** The one that counts. */
  static Uni<Optional<Present>> newest(SqlConnection connection, KeyId key) {
    return connection
        .preparedQuery(NEWEST)
        .execute(Tuple.of(key.value()))
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false).map(RootRows::present).findFirst());
  }

  private static Present present(Row row) {
    return new Present(
        new CredentialId(row.getUUID("id")),
        row.getBuffer("der").getBytes(),
        row.getBuffer("chain").getBytes());
  }
}
