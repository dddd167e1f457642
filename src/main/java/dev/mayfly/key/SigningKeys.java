package dev.mayfly.key;

import dev.mayfly.store.Database;
import dev.mayfly.store.KeyId;
import dev.mayfly.store.NodeConfig;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.StreamSupport;

/**
 * Reads the tables of rings and keys. A ring has a handful of keys: no index beyond the ones they
 * have.
 */
@ApplicationScoped
public class SigningKeys {

  private static final String COLUMNS =
      """
      kid, ring, state, published_version, prepared_at, published_at, activated_at, not_after,
      retiring_at, retired_at, tainted_at, removed_at, lists_over_at
      """;

  private static final String LIST =
      "SELECT " + COLUMNS + " FROM signing_keys ORDER BY ring, prepared_at DESC, kid";

  private static final String OF_RING =
      "SELECT "
          + COLUMNS
          + " FROM signing_keys WHERE ring = $1 AND state <> 'REMOVED' ORDER BY prepared_at, kid";

  /** Node rows are few. With no live node there is nobody to wait for. */
  private static final String MOMENT =
      """
      SELECT mayfly_now() AS now,
             (SELECT coalesce(min(rings_version), 9223372036854775807) FROM nodes
               WHERE seen_at > mayfly_now() - make_interval(secs => $1)) AS acknowledged
      """;

  private static final String OF_PURPOSES =
      """
      SELECT k.kid, k.ring, k.state, k.not_after, k.public_jwk::text AS public_jwk
        FROM signing_keys k JOIN key_rings r ON r.name = k.ring
       WHERE r.purpose = ANY ($1) AND k.state <> 'REMOVED'
       ORDER BY k.prepared_at, k.kid
      """;

  private static final String RINGS = "SELECT name FROM key_rings ORDER BY name";

  private static final String RING_OF = "SELECT ring FROM signing_keys WHERE kid = $1";

  /** Nothing to do when another node is at it: it does the same. */
  private static final String LOCK_RING_IF_FREE =
      "SELECT name FROM key_rings WHERE name = $1 FOR UPDATE SKIP LOCKED";

  private static final String LOCK_RING = "SELECT name FROM key_rings WHERE name = $1 FOR UPDATE";

  private static final String LOCK_KEY = "SELECT kid FROM signing_keys WHERE kid = $1 FOR UPDATE";

  private static final String LOCK_ALL_RINGS =
      "SELECT name FROM key_rings ORDER BY name FOR UPDATE";

  private final Database database;
  private final Duration deadAfter;

  public SigningKeys(Database database, NodeConfig nodes) {
    this.database = database;
    this.deadAfter = nodes.deadAfter();
  }

  /** Every key there is or was, by ring, the youngest first. */
  public Uni<List<KeyRecord>> list() {
    return database.run(LIST).map(SigningKeys::records);
  }

  /** The keys of these purposes that are, were or may come to be believed, and tainted ones. */
  public Uni<List<RingKey>> ofPurposes(SqlClient client, Set<String> purposes) {
    return client
        .preparedQuery(OF_PURPOSES)
        .execute(Tuple.tuple().addArrayOfString(purposes.toArray(String[]::new)))
        .map(rows -> stream(rows).map(SigningKeys::ringKey).toList());
  }

  private static RingKey ringKey(Row row) {
    RingName ring = RingName.parse(row.getString("ring"));
    return new RingKey(
        new KeyId(row.getString("kid")),
        ring,
        KeyState.valueOf(row.getString("state")),
        instant(row, "not_after").orElseThrow(),
        PublicJwk.parse(ring.alg(), row.getString("public_jwk")).key(CryptoProvider.chosen()));
  }

  Uni<List<RingName>> rings() {
    return database
        .run(RINGS)
        .map(rows -> stream(rows).map(row -> RingName.parse(row.getString(0))).toList());
  }

  Uni<RingStatus> status(RingName ring) {
    return database.inTransaction(connection -> status(connection, ring));
  }

  /** Two statements: after a lock both see what was committed before it was given. */
  Uni<RingStatus> status(SqlClient client, RingName ring) {
    return client
        .preparedQuery(OF_RING)
        .execute(Tuple.of(ring.toString()))
        .map(SigningKeys::records)
        .flatMap(keys -> moment(client, keys));
  }

  private Uni<RingStatus> moment(SqlClient client, List<KeyRecord> keys) {
    return client
        .preparedQuery(MOMENT)
        .execute(Tuple.of(seconds(deadAfter)))
        .map(rows -> rows.iterator().next())
        .map(
            row ->
                new RingStatus(
                    keys, row.getLong("acknowledged"), instant(row, "now").orElseThrow()));
  }

  Uni<Optional<RingName>> ringOf(SqlClient client, KeyId id) {
    return client
        .preparedQuery(RING_OF)
        .execute(Tuple.of(id.value()))
        .map(rows -> stream(rows).map(row -> RingName.parse(row.getString(0))).findFirst());
  }

  /** False when another node moves this ring now. */
  Uni<Boolean> lockIfFree(SqlConnection connection, RingName ring) {
    return connection
        .preparedQuery(LOCK_RING_IF_FREE)
        .execute(Tuple.of(ring.toString()))
        .map(rows -> rows.size() == 1);
  }

  Uni<Void> lock(SqlConnection connection, RingName ring) {
    return connection.preparedQuery(LOCK_RING).execute(Tuple.of(ring.toString())).replaceWithVoid();
  }

  Uni<Void> lockAll(SqlConnection connection) {
    return connection.preparedQuery(LOCK_ALL_RINGS).execute().replaceWithVoid();
  }

  /** Waits for the mints that hold the key; those after it see what this transaction made of it. */
  Uni<Void> lockKey(SqlConnection connection, KeyId id) {
    return connection.preparedQuery(LOCK_KEY).execute(Tuple.of(id.value())).replaceWithVoid();
  }

  static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }

  static Optional<Instant> instant(Row row, String column) {
    OffsetDateTime value = row.getOffsetDateTime(column);
    return value == null ? Optional.empty() : Optional.of(value.toInstant());
  }

  private static java.util.stream.Stream<Row> stream(RowSet<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false);
  }

  private static List<KeyRecord> records(RowSet<Row> rows) {
    return stream(rows).map(SigningKeys::record).toList();
  }

  private static KeyRecord record(Row row) {
    return new KeyRecord(
        new KeyId(row.getString("kid")),
        RingName.parse(row.getString("ring")),
        KeyState.valueOf(row.getString("state")),
        row.getLong("published_version"),
        instant(row, "prepared_at").orElseThrow(),
        instant(row, "published_at"),
        instant(row, "activated_at"),
        instant(row, "not_after").orElseThrow(),
        instant(row, "retiring_at"),
        instant(row, "retired_at"),
        instant(row, "tainted_at"),
        instant(row, "removed_at"),
        instant(row, "lists_over_at"));
  }
}
