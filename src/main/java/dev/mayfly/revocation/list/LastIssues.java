package dev.mayfly.revocation.list;

import dev.mayfly.key.LastLists;
import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlConnection;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * Tells the key room which CAs have nothing to sign any more. A list is retired when an issue made
 * after its end has run out (rules 6 and 7), and no list outlives its key: so where a CA's end is
 * over and none of its lists is live, each entry has been carried past its certificate's expiry.
 */
final class LastIssues {

  /** Few keys, and seldom any: all live lists are looked through. */
  private static final String WITHOUT_LISTS =
      """
      SELECT k.kid FROM unnest($1::text[]) AS k (kid)
       WHERE NOT EXISTS (SELECT FROM lists l WHERE l.kid = k.kid AND l.state = 'LIVE')
      """;

  private LastIssues() {}

  /** Inside a publication that has retired what has run out. */
  static Uni<Void> settle(SqlConnection connection) {
    return LastLists.owing(connection)
        .chain(
            owing ->
                owing.isEmpty()
                    ? Uni.createFrom().voidItem()
                    : withoutLists(connection, owing)
                        .chain(done -> LastLists.over(connection, done)));
  }

  private static Uni<List<KeyId>> withoutLists(SqlConnection connection, List<KeyId> keys) {
    return connection
        .preparedQuery(WITHOUT_LISTS)
        .execute(
            Tuple.tuple().addArrayOfString(keys.stream().map(KeyId::value).toArray(String[]::new)))
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false)
                    .map(row -> new KeyId(row.getString("kid")))
                    .toList());
  }
}
