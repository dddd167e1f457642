package dev.mayfly.revocation.list;

import dev.mayfly.Etag;
import dev.mayfly.credential.ListKind;
import dev.mayfly.key.KeyState;
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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The rows that a publication reads and writes, all inside its transaction. The one row of {@code
 * lists_seq} is the lock: who holds it is the only publisher, so nothing else is locked.
 */
final class ListRows {

  private static final String TAKE =
      """
      SELECT seq + 1 AS next, date_trunc('second', mayfly_now()) AS now FROM lists_seq
         FOR UPDATE SKIP LOCKED
      """;

  private static final String AWAIT = TAKE.replace(" SKIP LOCKED", "");

  /** Asked under the turn: a dozen rows. */
  private static final String KEYS =
      """
      SELECT kid, state FROM signing_keys
       WHERE state IN ('PREPARED', 'ACTIVE', 'RETIRING', 'TAINTED')
      """;

  private static final String UNLISTED =
      """
      SELECT id, scope, credential_id, grant_id, identity_id, kid
        FROM revocations WHERE listed_seq IS NULL ORDER BY at LIMIT $1
      """;

  private static final String UNSIGNED =
      "SELECT id FROM lists WHERE seq = 0 AND kind = ANY ($2) ORDER BY id LIMIT $1";

  /**
   * To be signed anew: near their exp, or past their last credential's end without a list issued
   * since (rule 6). A list issued after its end is the last: it is not in here, and runs out.
   */
  private static final String RUNNING_OUT =
      """
      SELECT id FROM lists
       WHERE state = 'LIVE' AND seq > 0 AND signed_at < ends_at
         AND (expires_at <= $1::timestamptz + make_interval(secs => $2) OR ends_at <= $1)
         AND kind = ANY ($4)
       ORDER BY expires_at LIMIT $3
      """;

  /**
   * A tainted key may have signed status lists: then every live one is to be signed by its
   * successor. One of an SSH CA stands on the KRL itself.
   */
  private static final String TOUCHED_BY_KEYS =
      """
      SELECT l.id FROM lists l
       WHERE l.state = 'LIVE'
         AND EXISTS (SELECT FROM signing_keys k JOIN key_rings r ON r.name = k.ring
                      WHERE k.kid = ANY ($1)
                        AND (r.purpose = 'statuslist' AND l.kind = 'STATUS'
                          OR r.purpose LIKE 'ssh%' AND l.kind = 'KRL'))
      """;

  private static final String OF_KIND =
      "SELECT id FROM lists WHERE state = 'LIVE' AND kind = ANY ($1)";

  /** A CRL whose key is gone has run out before it, and nobody could sign it. */
  private static final String LOAD =
      """
      SELECT l.id, l.kind, l.kid, l.uri, l.size, l.content FROM lists l
       WHERE l.id = ANY ($1) AND l.state = 'LIVE'
         AND NOT (l.kind = 'CRL' AND EXISTS (SELECT FROM signing_keys k
                          WHERE k.kid = l.kid AND k.state IN ('RETIRED', 'REMOVED')))
       ORDER BY l.id
      """;

  private static final String STORE =
      """
      UPDATE lists
         SET content = $2, document = $3, etag = $4, signed_at = $5, expires_at = $6, seq = $7
       WHERE id = $1
      """;

  /**
   * The last list of these has run out, and a list is served until its end, not past it (rule 7);
   * or only its key could sign it, and that has gone.
   */
  private static final String RETIRE =
      """
      UPDATE lists l SET state = 'RETIRED', retired_at = mayfly_now(), seq = $2,
                         document = COALESCE(document, '')
       WHERE state = 'LIVE' AND ends_at <= $1
         AND (seq > 0 AND signed_at >= ends_at AND expires_at <= $1
              OR kind = 'CRL' AND EXISTS (SELECT FROM signing_keys k
                          WHERE k.kid = l.kid AND k.state IN ('RETIRED', 'REMOVED')))
      RETURNING id, kind
      """;

  private static final String MARK =
      """
      UPDATE revocations SET listed_seq = $2, listed_at = mayfly_now(), listed_kinds = $3
       WHERE id = ANY ($1)
      """;

  private static final String COUNT = "UPDATE lists_seq SET seq = $1";

  /** Bounds what one transaction holds in memory: 512 lists are 8 MiB of bits. */
  static final int LISTS_AT_ONCE = 512;

  private static final int REVOCATIONS_AT_ONCE = 2000;

  private ListRows() {}

  /** One list before it is made anew. */
  @SuppressWarnings("ArrayRecordComponent") // a row's bytes, never compared
  record Loaded(
      long id, ListKind kind, Optional<KeyId> key, String uri, int size, byte[] content) {}

  /** One list after it was made anew. */
  @SuppressWarnings("ArrayRecordComponent") // a row's bytes, never compared
  record Fresh(long id, byte[] content, byte[] document, Instant expiresAt) {}

  /** A list that has gone. */
  record Gone(long id, ListKind kind) {}

  /** The turn; empty while somebody else publishes, unless {@code patient}. */
  static Uni<Optional<Turn>> take(SqlConnection connection, boolean patient) {
    return connection
        .preparedQuery(patient ? AWAIT : TAKE)
        .execute()
        .map(rows -> stream(rows).findFirst())
        .chain(
            row ->
                row.isEmpty()
                    ? Uni.createFrom().item(Optional.empty())
                    : keys(connection)
                        .map(
                            keys ->
                                Optional.of(
                                    new Turn(
                                        row.get().getLong("next"),
                                        instant(row.get(), "now"),
                                        keys))));
  }

  private static Uni<Map<KeyId, KeyState>> keys(SqlConnection connection) {
    return connection
        .preparedQuery(KEYS)
        .execute()
        .map(
            rows ->
                stream(rows)
                    .collect(
                        Collectors.toMap(
                            row -> new KeyId(row.getString("kid")),
                            row -> KeyState.valueOf(row.getString("state")))));
  }

  static Uni<List<Unlisted>> unlisted(SqlConnection connection) {
    return connection
        .preparedQuery(UNLISTED)
        .execute(Tuple.of(REVOCATIONS_AT_ONCE))
        .map(rows -> stream(rows).map(Unlisted::read).toList());
  }

  /** Of the kinds that this node can make: a newer node may have opened others. */
  static Uni<List<Long>> unsigned(SqlConnection connection, Set<ListKind> kinds) {
    return connection
        .preparedQuery(UNSIGNED)
        .execute(Tuple.tuple().addInteger(LISTS_AT_ONCE).addArrayOfString(names(kinds)))
        .map(ListRows::ids);
  }

  static Uni<List<Long>> runningOut(
      SqlConnection connection, Set<ListKind> kinds, Instant now, Duration before) {
    return connection
        .preparedQuery(RUNNING_OUT)
        .execute(
            Tuple.tuple()
                .addOffsetDateTime(at(now))
                .addDouble(Seconds.of(before))
                .addInteger(LISTS_AT_ONCE)
                .addArrayOfString(names(kinds)))
        .map(ListRows::ids);
  }

  static Uni<List<Long>> touchedByKeys(SqlConnection connection, List<String> keys) {
    if (keys.isEmpty()) {
      return Uni.createFrom().item(List.of());
    }
    return connection
        .preparedQuery(TOUCHED_BY_KEYS)
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

  /** The live lists of these kinds. */
  static Uni<List<Long>> ofKinds(SqlConnection connection, Set<ListKind> kinds) {
    return kinds.isEmpty()
        ? Uni.createFrom().item(List.of())
        : connection
            .preparedQuery(OF_KIND)
            .execute(Tuple.tuple().addArrayOfString(names(kinds)))
            .map(ListRows::ids);
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
              .addBuffer(Buffer.buffer(list.content()))
              .addBuffer(Buffer.buffer(list.document()))
              .addString(Etag.of(list.document()))
              .addOffsetDateTime(at(turn.now()))
              .addOffsetDateTime(at(list.expiresAt()))
              .addLong(turn.seq()));
    }
    return connection.preparedQuery(STORE).executeBatch(rows).replaceWithVoid();
  }

  static Uni<List<Gone>> retire(SqlConnection connection, Turn turn) {
    return connection
        .preparedQuery(RETIRE)
        .execute(Tuple.of(at(turn.now()), turn.seq()))
        .map(
            rows ->
                stream(rows)
                    .map(
                        row -> new Gone(row.getLong("id"), ListKind.valueOf(row.getString("kind"))))
                    .toList());
  }

  static Uni<Void> mark(
      SqlConnection connection, Turn turn, List<Unlisted> listed, Set<ListKind> kinds) {
    if (listed.isEmpty()) {
      return Uni.createFrom().voidItem();
    }
    UUID[] ids = listed.stream().map(revocation -> revocation.id().value()).toArray(UUID[]::new);
    return connection
        .preparedQuery(MARK)
        .execute(
            Tuple.tuple().addArrayOfUUID(ids).addLong(turn.seq()).addArrayOfString(names(kinds)))
        .replaceWithVoid();
  }

  private static String[] names(Set<ListKind> kinds) {
    return kinds.stream().map(ListKind::name).sorted().toArray(String[]::new);
  }

  static Uni<Void> count(SqlConnection connection, Turn turn) {
    return connection.preparedQuery(COUNT).execute(Tuple.of(turn.seq())).replaceWithVoid();
  }

  private static Loaded loaded(Row row) {
    return new Loaded(
        row.getLong("id"),
        ListKind.valueOf(row.getString("kind")),
        Optional.ofNullable(row.getString("kid")).map(KeyId::new),
        row.getString("uri"),
        row.getInteger("size"),
        row.getBuffer("content").getBytes());
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
