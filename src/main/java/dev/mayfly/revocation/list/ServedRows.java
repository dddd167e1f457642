package dev.mayfly.revocation.list;

import dev.mayfly.credential.ListKind;
import dev.mayfly.store.Database;
import dev.mayfly.store.ListId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.RowSet;
import io.vertx.mutiny.sqlclient.Tuple;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/** Reads published lists from the database, for a node to serve. */
final class ServedRows {

  /** One snapshot for number and lists: what is acknowledged by the number has been seen. */
  private static final String NEWER =
      """
      SELECT s.seq AS newest, l.id, l.kind, l.uri, l.seq, l.state, l.document, l.etag, l.signed_at, l.expires_at
        FROM lists_seq s LEFT JOIN lists l ON l.seq > $1 AND l.kind <> 'KRL_SHARD' AND (l.state = 'LIVE' OR $1 > 0)
      """;

  private static final String ONE =
      """
      SELECT id, kind, uri, seq, state, document, etag, signed_at, expires_at, expires_at <= mayfly_now() AS ended,
             signed_at >= ends_at AS last
        FROM lists WHERE id = $1
      """;

  private ServedRows() {}

  /** What has been published since. Retired lists come as ids only. */
  record News(long newest, List<ServedList> fresh, List<ListId> retired) {}

  /** One list as it stands in the database. */
  sealed interface Found {

    record Good(ServedList list) implements Found {}

    /** Never signed, or past its end. */
    record Unsigned() implements Found {}

    record Retired() implements Found {}

    record Unknown() implements Found {}
  }

  static Uni<RowSet<Row>> newer(Database database, long since) {
    return database.run(NEWER, Tuple.of(since));
  }

  /** Compresses every list: not on an event loop. */
  static News read(RowSet<Row> rows) {
    long newest = 0;
    List<ServedList> fresh = new ArrayList<>();
    List<ListId> retired = new ArrayList<>();
    for (Row row : rows) {
      newest = row.getLong("newest");
      Optional.ofNullable(row.getLong("id"))
          .map(ListId::new)
          .ifPresent(
              id -> {
                if ("LIVE".equals(row.getString("state"))) {
                  fresh.add(served(row));
                } else {
                  retired.add(id);
                }
              });
    }
    return new News(newest, fresh, retired);
  }

  static Uni<Found> one(Database database, ListId id) {
    return database
        .run(ONE, Tuple.of(id.value()))
        .map(rows -> rows.size() == 0 ? new Found.Unknown() : found(rows.iterator().next()));
  }

  private static Found found(Row row) {
    if (!"LIVE".equals(row.getString("state"))) {
      return new Found.Retired();
    }
    if (row.getLong("seq") == 0) {
      return new Found.Unsigned();
    }
    if (!row.getBoolean("ended")) {
      return new Found.Good(served(row));
    }
    // What nobody is to sign again has retired, though the reaper has not come yet: signed for
    // whoever asks, a list that somebody goes on asking for would live for ever.
    return row.getBoolean("last") ? new Found.Retired() : new Found.Unsigned();
  }

  private static ServedList served(Row row) {
    byte[] document = row.getBuffer("document").getBytes();
    ListKind kind = ListKind.valueOf(row.getString("kind"));
    return new ServedList(
        new ListId(row.getLong("id")),
        kind,
        row.getString("uri"),
        row.getLong("seq"),
        document,
        kind == ListKind.STATUS ? gzip(document) : new byte[0],
        row.getString("etag"),
        ListRows.instant(row, "signed_at"),
        ListRows.instant(row, "expires_at"));
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream output = new ByteArrayOutputStream(bytes.length);
    try (GZIPOutputStream gzip = new GZIPOutputStream(output)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail to be written", e);
    }
    return output.toByteArray();
  }
}
