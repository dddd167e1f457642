package dev.mayfly.key;

import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.SqlClient;
import io.vertx.mutiny.sqlclient.Tuple;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * Which CAs still have lists to sign, though their own end is over (rule 6): whoever publishes asks
 * for them, and says of which the last list has run out. No key retires before ({@link
 * KeySchedule}).
 */
public final class LastLists {

  /** Those of {@link RingName#signsItsOwnLists}; a dozen rows. */
  private static final String OWING =
      """
      SELECT kid FROM signing_keys
       WHERE (ring LIKE 'x509/%' OR ring LIKE 'root/%') AND lists_over_at IS NULL AND not_after <= mayfly_now()
         AND state IN ('ACTIVE', 'RETIRING', 'TAINTED')
      """;

  private static final String OVER =
      "UPDATE signing_keys SET lists_over_at = mayfly_now() WHERE kid = ANY ($1) AND not_after <= mayfly_now()";

  private LastLists() {}

  /** CAs past their end of which nobody has said so yet; mostly none. */
  public static Uni<List<KeyId>> owing(SqlClient client) {
    return client
        .preparedQuery(OWING)
        .execute()
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false)
                    .map(row -> new KeyId(row.getString("kid")))
                    .toList());
  }

  /** The last list of each has run out. */
  public static Uni<Void> over(SqlClient client, List<KeyId> keys) {
    return keys.isEmpty()
        ? Uni.createFrom().voidItem()
        : client
            .preparedQuery(OVER)
            .execute(
                Tuple.tuple()
                    .addArrayOfString(keys.stream().map(KeyId::value).toArray(String[]::new)))
            .replaceWithVoid();
  }
}
