package bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;

/** Certificates in great number, written by SQL ({@code revoke.sql}) and revoked by the broker. */
final class Million {

  private static final int REVOKED_GRANTS = 10; // of a hundred

  private static final String REVOKE =
      """
      UPDATE grants g SET state = 'REVOKED', ended_at = now(), deadline = NULL FROM bench_grants b
       WHERE g.id = b.id AND b.n = %1$d;
      INSERT INTO revocations (id, at, scope, grant_id, by_whom, reason)
      SELECT uuidv7(), now(), 'GRANT', id, 'bench', 'seeded' FROM bench_grants WHERE n = %1$d;
      """;

  /* Under a grant that is not revoked: some forty on each full shard. */
  private static final String LIVE =
      """
      SELECT c.id || ' ' || c.list_id FROM credentials c JOIN bench_lists l ON l.id = c.list_id
       JOIN bench_grants g ON g.id = c.grant_id
       WHERE l.n = %d AND c.kind = '%s' AND g.n = 57 OFFSET %d LIMIT 1
      """;

  private final Postgres postgres;
  private final String database;

  Million(Postgres postgres, String database) {
    this.postgres = postgres;
    this.database = database;
  }

  /** Writes them, revokes a tenth, and waits until both nodes serve that. */
  void fill(Path sql, int live, String issuer, PrintStream out)
      throws IOException, SQLException, InterruptedException {
    long from = System.nanoTime();
    execute(
        Files.readString(sql)
            .replace("{live}", Integer.toString(live))
            .replace("{issuer}", issuer));
    out.printf("%,d of each kind in %.0f s%n", live, (System.nanoTime() - from) / 1e9);
    for (int grant = 0; grant < REVOKED_GRANTS; grant++) {
      execute(REVOKE.formatted(grant));
      while (!postgres
          .query(database, "SELECT count(*) FROM revocations WHERE everywhere_at IS NULL")
          .equals("0")) {
        Thread.sleep(100);
      }
    }
    postgres.checkpoint();
    out.printf(
        "a tenth revoked and served after %.0f s; the KRL has %,d octets%n",
        (System.nanoTime() - from) / 1e9,
        Long.parseLong(
            postgres.query(database, "SELECT length(document) FROM lists WHERE kind = 'KRL'")));
  }

  /** One that nobody has revoked, on a full shard: its id and its list. */
  String[] live(String kind, int number, int shards) throws SQLException {
    return postgres
        .query(database, LIVE.formatted(number % shards, kind, number / shards))
        .split(" ");
  }

  private void execute(String sql) throws SQLException {
    try (var connection = postgres.connect(database);
        var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
