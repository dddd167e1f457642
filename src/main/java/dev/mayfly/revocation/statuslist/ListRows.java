package dev.mayfly.revocation.statuslist;

import dev.mayfly.store.KeyId;
import dev.mayfly.store.Seconds;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The rows that a publication reads and writes, all inside its transaction. The one row of {@code
 * status_lists_seq} is the lock: who holds it is the only publisher, so nothing else is locked.
 */
final class ListRows {

  private static final String TAKE =
      """
      SELECT seq + 1 AS next, date_trunc('second', mayfly_now()) AS now,
             EXISTS (SELECT FROM signing_keys WHERE kid = $1 AND state = 'ACTIVE') AS key_active
        FROM status_lists_seq FOR UPDATE SKIP LOCKED
      """;

  private static final String AWAIT = TAKE.replace(" SKIP LOCKED", "");

  private static final String UNLISTED =
      """
      SELECT id, scope, credential_id, grant_id, identity_id, kid
        FROM revocations WHERE listed_seq IS NULL ORDER BY at LIMIT $1
      """;

  private static final String UNSIGNED =
      "SELECT id FROM status_lists WHERE seq = 0 ORDER BY id LIMIT $1";

  /**
   * To be signed anew: near their exp, or past their last credential's end without a list issued
   * since (rule 6). A list issued after its end is the last: it is not in here, and runs out.
   */
  private static final String RUNNING_OUT =
      """
      SELECT id FROM status_lists
       WHERE state = 'LIVE' AND seq > 0 AND signed_at < ends_at
         AND (expires_at <= $1::timestamptz + make_interval(secs => $2) OR ends_at <= $1)
       ORDER BY expires_at LIMIT $3
      """;

  /** A tainted key may have signed lists: then every live list is to be signed by its successor. */
  private static final String SIGNED_BY_RING_OF =
      """
      SELECT id FROM status_lists
       WHERE state = 'LIVE'
         AND EXISTS (SELECT FROM signing_keys k JOIN key_rings r ON r.name = k.ring
                      WHERE k.kid = ANY ($1) AND r.purpose = 'statuslist')
      """;

  private static final String LOAD =
      "SELECT id, uri, bits FROM status_lists WHERE id = ANY ($1) AND state = 'LIVE' ORDER BY id";

  private static final String STORE =
      """
      UPDATE status_lists
         SET bits = $2, jwt = $3, etag = $4, signed_at = $5, expires_at = $6, seq = $7
       WHERE id = $1
      """;

  /** The last list of these has run out: a list is served until its end, not past it (rule 7). */
  private static final String RETIRE =
      """
      UPDATE status_lists SET state = 'RETIRED', retired_at = mayfly_now(), seq = $2
       WHERE state = 'LIVE' AND seq > 0 AND signed_at >= ends_at AND expires_at <= $1
      RETURNING id
      """;

  private static final String MARK =
      "UPDATE revocations SET listed_seq = $2, listed_at = mayfly_now() WHERE id = ANY ($1)";

  private static final String COUNT = "UPDATE status_lists_seq SET seq = $1";

  /** Bounds what one transaction holds in memory: 512 lists are 8 MiB of bits. */
  static final int LISTS_AT_ONCE = 512;

  private static final int REVOCATIONS_AT_ONCE = 2000;

  private ListRows() {}

  /**
   * The publisher's turn.
   *
   * @param seq the number to give
   * @param now the second by the database's clock
   * @param keyActive the key that this node would sign with is not yet superseded or tainted
   */
  record Turn(long seq, Instant now, boolean keyActive) {}

  /** One list before it is signed. */
  record Loaded(long id, String uri, StatusBits bits) {}

  /** One list after it was signed. */
  record Fresh(long id, StatusBits bits, String jwt, String etag, Instant expiresAt) {}

  /** The turn; empty while somebody else publishes, unless {@code patient}. */
  static Uni<Optional<Turn>> take(SqlConnection connection, KeyId key, boolean patient) {
    return connection
        .preparedQuery(patient ? AWAIT : TAKE)
        .execute(Tuple.of(key.value()))
        .map(
            rows ->
                stream(rows)
                    .map(
                        row ->
                            new Turn(
                                row.getLong("next"),
                                instant(row, "now"),
                                row.getBoolean("key_active")))
                    .findFirst());
  }

  static Uni<List<Unlisted>> unlisted(SqlConnection connection) {
    return connection
        .preparedQuery(UNLISTED)
        .execute(Tuple.of(REVOCATIONS_AT_ONCE))
        .map(rows -> stream(rows).map(Unlisted::read).toList());
  }

  static Uni<List<Long>> unsigned(SqlConnection connection) {
    return connection.preparedQuery(UNSIGNED).execute(Tuple.of(LISTS_AT_ONCE)).map(ListRows::ids);
  }

  static Uni<List<Long>> runningOut(SqlConnection connection, Instant now, Duration before) {
    return connection
        .preparedQuery(RUNNING_OUT)
        .execute(Tuple.of(at(now), Seconds.of(before), LISTS_AT_ONCE))
        .map(ListRows::ids);
  }

  static Uni<List<Long>> signedByRingOf(SqlConnection connection, List<String> keys) {
    if (keys.isEmpty()) {
      return Uni.createFrom().item(List.of());
    }
    return connection
        .preparedQuery(SIGNED_BY_RING_OF)
        .execute(Tuple.tuple().addArrayOfString(keys.toArray(String[]::new)))
        .map(ListRows::ids);
  }

  static Uni<List<Loaded>> load(SqlConnection connection, Collection<Long> ids) {
    if (ids.isEmpty()) {
      return Uni.createFrom().item(List.of());
    }
    return connection
        .preparedQuery(LOAD)
        .execute(Tuple.tuple().addArrayOfLong(ids.toArray(Long[]::new)))
        .map(rows -> stream(rows).map(ListRows::loaded).toList());
  }

  static Uni<Void> store(SqlConnection connection, Turn turn, List<Fresh> lists) {
    if (lists.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    List<Tuple> rows = new ArrayList<>(lists.size());
    for (Fresh list : lists) {
      rows.add(
          Tuple.tuple()
              .addLong(list.id())
              .addBuffer(Buffer.buffer(list.bits().packed()))
              .addString(list.jwt())
              .addString(list.etag())
              .addOffsetDateTime(at(turn.now()))
              .addOffsetDateTime(at(list.expiresAt()))
              .addLong(turn.seq()));
    }
    return connection.preparedQuery(STORE).executeBatch(rows).replaceWithVoid();
  }

  static Uni<List<Long>> retire(SqlConnection connection, Turn turn) {
    return connection
        .preparedQuery(RETIRE)
        .execute(Tuple.of(at(turn.now()), turn.seq()))
        .map(ListRows::ids);
  }

  static Uni<Void> mark(SqlConnection connection, Turn turn, List<Unlisted> listed) {
    if (listed.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    UUID[] ids = listed.stream().map(revocation -> revocation.id().value()).toArray(UUID[]::new);
    return connection
        .preparedQuery(MARK)
        .execute(Tuple.tuple().addArrayOfUUID(ids).addLong(turn.seq()))
        .replaceWithVoid();
  }

  static Uni<Void> count(SqlConnection connection, Turn turn) {
    return connection.preparedQuery(COUNT).execute(Tuple.of(turn.seq())).replaceWithVoid();
  }

  private static Loaded loaded(Row row) {
    return new Loaded(
        row.getLong("id"), row.getString("uri"), StatusBits.of(row.getBuffer("bits").getBytes()));
  }

  private static List<Long> ids(RowSet<Row> rows) {
    return stream(rows).map(row -> row.getLong("id")).toList();
  }

  private static Stream<Row> stream(RowSet<Row> rows) {
    return StreamSupport.stream(rows.spliterator(), false);
  }

  static Instant instant(Row row, String column) {
    return row.getOffsetDateTime(column).toInstant();
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
