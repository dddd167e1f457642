package dev.mayfly.key;

import dev.mayfly.store.Database;
import dev.mayfly.store.KeyId;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Reads what is known of the signing keys, newest first; never a private part. */
@ApplicationScoped
public class KeyQueries {

  /** A ring keeps a handful of keys; those that were removed are history and bounded here. */
  private static final String NEWEST =
      """
      SELECT kid, ring, alg, state, prepared_at, activated_at, not_after, retiring_at, retired_at, tainted_at,
             removed_at
        FROM signing_keys
       ORDER BY prepared_at DESC, kid
       LIMIT 200
      """;

  private final Database database;

  KeyQueries(Database database) {
    this.database = database;
  }

  /** A key as its row says: where it stands and when it came there. */
  public record Listed(
      KeyId id,
      String ring,
      String alg,
      String state,
      Instant preparedAt,
      Optional<Instant> activatedAt,
      Instant notAfter,
      Optional<Instant> retiringAt,
      Optional<Instant> retiredAt,
      Optional<Instant> taintedAt,
      Optional<Instant> removedAt) {}

  /** The newest 200 keys of all rings. */
  public Uni<List<Listed>> newest() {
    return database
        .run(NEWEST)
        .map(
            rows -> StreamSupport.stream(rows.spliterator(), false).map(KeyQueries::read).toList());
  }

  private static Listed read(Row row) {
    return new Listed(
        new KeyId(row.getString("kid")),
        row.getString("ring"),
        row.getString("alg"),
        row.getString("state"),
        row.getOffsetDateTime("prepared_at").toInstant(),
        instant(row.getOffsetDateTime("activated_at")),
        row.getOffsetDateTime("not_after").toInstant(),
        instant(row.getOffsetDateTime("retiring_at")),
        instant(row.getOffsetDateTime("retired_at")),
        instant(row.getOffsetDateTime("tainted_at")),
        instant(row.getOffsetDateTime("removed_at")));
  }

  private static Optional<Instant> instant(@Nullable OffsetDateTime time) {
    return Optional.ofNullable(time).map(OffsetDateTime::toInstant);
  }
}
