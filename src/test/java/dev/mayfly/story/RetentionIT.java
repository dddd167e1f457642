package dev.mayfly.story;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What has been kept long enough goes by whole partitions, at the latest when a node starts. */
class RetentionIT {

  private static final List<String> TABLES =
      List.of("credentials", "audit_events", "outbox", "used_assertions");

  @TempDir Path folder;

  @Test
  void partitionsThatHaveBeenKeptLongEnoughAreDropped_andNoOthers() throws Exception {
    try (SharedDatabase database = new SharedDatabase(folder)) {
      int port = BrokerProcess.freePort();
      Map<String, String> settings = new HashMap<>(database.settings());
      settings.put("mayfly.issuer", "http://localhost:" + port);
      settings.put("mayfly.retention.credentials", "2d");
      settings.put("mayfly.retention.audit", "2d");
      settings.put("mayfly.retention.outbox", "2d");
      Shop shop = new Shop("http://localhost:" + port);
      try (BrokerProcess broker = BrokerProcess.start(port, folder, settings)) {
        assertThat(shop.checkout().token(broker, Map.of()).status()).isEqualTo(200);
      }
      leavePartitionsOfLongAgo(database);
      assertThat(tablesWithOldPartitions(database)).isEqualTo(TABLES.size());

      try (BrokerProcess again = BrokerProcess.start(port, folder, settings)) {
        assertThat(tablesWithOldPartitions(database)).isZero();
        assertThat(database.count("SELECT count(*) FROM credentials")).isEqualTo(1);
        assertThat(shop.checkout().token(again, Map.of()).status()).isEqualTo(200);
      }
    }
  }

  /** As a broker would have left them that ran ten days ago. */
  private static void leavePartitionsOfLongAgo(SharedDatabase database) {
    String clock =
        "CREATE OR REPLACE FUNCTION mayfly_now() RETURNS timestamptz LANGUAGE sql STABLE"
            + " PARALLEL SAFE RETURN statement_timestamp() - interval '%d days'";
    database.execute(clock.formatted(10));
    for (String table : TABLES) {
      String width = table.equals("used_assertions") ? "1 hour" : "1 day";
      database.execute(
          "SELECT mayfly_make_partitions('%s', interval '%s', interval '%s')"
              .formatted(table, width, width));
    }
    database.execute(clock.formatted(0));
  }

  /** How many tables have partitions that nothing of this test's days is in. */
  private static long tablesWithOldPartitions(SharedDatabase database) {
    return database.count(
        "SELECT count(DISTINCT i.inhparent) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            + " WHERE i.inhparent::regclass::text IN ('"
            + String.join("','", TABLES)
            + "') AND right(c.relname, 13) < to_char(now() - interval '5 days', 'YYYYMMDD')");
  }
}
