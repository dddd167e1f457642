package dev.mayfly.policy;

import dev.mayfly.store.Database;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import io.vertx.mutiny.sqlclient.Row;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** Reads the document that all nodes decide by, and who made it so. */
@ApplicationScoped
public class PolicyQueries {

  private static final String ACTIVE =
      """
      SELECT v.version, v.sha256, v.document, v.activated_at, v.activated_by
        FROM policy_active a JOIN policy_versions v ON v.version = a.version
      """;

  private final Database database;

  PolicyQueries(Database database) {
    this.database = database;
  }

  /**
   * The active version.
   *
   * @param sha256 of the document, hexadecimal
   */
  public record Listed(
      long version, String sha256, String document, Instant activatedAt, String activatedBy) {}

  /** The active version; empty before the first one. */
  public Uni<Optional<Listed>> find() {
    return database
        .run(ACTIVE)
        .map(
            rows ->
                StreamSupport.stream(rows.spliterator(), false)
                    .findFirst()
                    .map(PolicyQueries::read));
  }

  private static Listed read(Row row) {
    return new Listed(
        row.getLong("version"),
        HexFormat.of().formatHex(row.get(Buffer.class, "sha256").getBytes()),
        row.getString("document"),
        row.getOffsetDateTime("activated_at").toInstant(),
        row.getString("activated_by"));
  }
}
