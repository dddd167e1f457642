package dev.mayfly.revocation.list;

import dev.mayfly.credential.ListKind;
import dev.mayfly.store.Database;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.Set;

/**
 * What a node sees when it looks whether there is work on lists.
 *
 * @param seq the newest publication
 * @param unpublished whether something waits for a publication that this node can make
 * @param unconfirmed whether a publication is not known to be served everywhere
 */
record Glance(long seq, boolean unpublished, boolean unconfirmed) {

  /** Lists of kinds that only a newer node makes are that node's work: no reason to try. */
  private static final String LOOK =
      """
      SELECT seq,
             EXISTS (SELECT FROM revocations WHERE listed_seq IS NULL)
               OR EXISTS (SELECT FROM lists WHERE seq = 0 AND kind = ANY ($1)) AS unpublished,
             EXISTS (SELECT FROM revocations WHERE everywhere_at IS NULL AND listed_seq IS NOT NULL)
               AS unconfirmed
        FROM lists_seq
      """;

  static Uni<Glance> of(Database database, Set<ListKind> kinds) {
    return database
        .run(
            LOOK,
            Tuple.tuple()
                .addArrayOfString(kinds.stream().map(ListKind::name).toArray(String[]::new)))
        .map(rows -> read(rows.iterator().next()));
  }

  private static Glance read(Row row) {
    return new Glance(
        row.getLong("seq"), row.getBoolean("unpublished"), row.getBoolean("unconfirmed"));
  }
}
