package dev.mayfly.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.store.TestDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RetentionTest {

  private static final Instant START = Instant.parse("2031-03-01T12:00:00Z");

  private TestDatabase test;
  private Retention retention;

  private record Kept(Duration credentials, Duration audit, Duration outbox)
      implements RetentionConfig {}

  @BeforeEach
  void open() {
    test = TestDatabase.fresh();
    test.useTestClock();
    test.setClock(START);
    retention =
        new Retention(
            test.database(),
            new Kept(Duration.ofDays(30), Duration.ofDays(400), Duration.ofDays(30)));
    RevocationWorld.get(retention.partitions());
  }

  @AfterEach
  void close() {
    test.close();
  }

  @Test
  void partitionsAreAhead_whenTheClockMovesOn() throws Exception {
    assertThat(partitions("credentials_20310308")).isEqualTo(1);
    assertThat(partitions("credentials_20310310")).isZero();
    test.setClock(START.plus(Duration.ofDays(2)));
    RevocationWorld.get(retention.round());
    RevocationWorld.get(retention.round());
    assertThat(partitions("credentials_20310310")).isEqualTo(1);
    assertThat(partitions("used_assertions_20310304t1200")).isEqualTo(1);
  }

  @Test
  void partitionsGo_onlyWhenTheyHaveBeenKeptLongEnough() throws Exception {
    test.setClock(START.plus(Duration.ofDays(30)));
    RevocationWorld.get(retention.round());
    assertThat(partitions("credentials_20310301")).isEqualTo(1);
    assertThat(partitions("used_assertions_20310301t12")).isZero();
    test.setClock(START.plus(Duration.ofDays(31)));
    RevocationWorld.get(retention.round());
    assertThat(partitions("credentials_20310301")).isZero();
    assertThat(partitions("outbox_20310301")).isZero();
    assertThat(partitions("audit_events_20310301")).isEqualTo(1);
  }

  @Test
  void outboxIsKept_whileAMessageIsStillToBeQueuedOrDelivered() throws Exception {
    test.execute(
        """
        INSERT INTO outbox (id, at, topic, key, payload)
        VALUES ('019a0000-0000-7000-8000-000000000001', mayfly_now(), 'grant.deny', 'grant:1', '{}')
        """);
    test.setClock(START.plus(Duration.ofDays(40)));
    RevocationWorld.get(retention.round());
    assertThat(partitions("outbox_20310301")).isEqualTo(1);
    test.execute(
        """
        UPDATE outbox SET queued = true;
        INSERT INTO deliveries (id, message_id, message_at, seq, topic, key, channel, state, next_at, changed_at)
        SELECT id, id, at, seq, topic, key, 'hook', 'PENDING', at, at FROM outbox
        """);
    RevocationWorld.get(retention.round());
    assertThat(partitions("outbox_20310301")).isEqualTo(1);
    assertThat(partitions("outbox_20310228")).isZero();
    test.execute("UPDATE deliveries SET state = 'DEAD'");
    RevocationWorld.get(retention.round());
    assertThat(partitions("outbox_20310301")).isZero();
    assertThat(count("SELECT count(*) FROM deliveries")).isZero();
  }

  @Test
  void rowsGo_atTheEndOfTheirTime() throws Exception {
    test.execute(
        """
        INSERT INTO idempotency_keys (key, fingerprint, credential_id, list_ends_at, until)
        SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), mayfly_now(),
               mayfly_now() + interval '1 hour' FROM generate_series(1, 12000);
        INSERT INTO idempotency_keys (key, fingerprint, credential_id, list_ends_at, until)
        VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), mayfly_now(),
                mayfly_now() + interval '1 hour 1 microsecond');
        INSERT INTO lists (kind, uri, node_id, size, ends_at, state, content, opened_at, retired_at)
        VALUES ('STATUS', 'u', gen_random_uuid(), 8, mayfly_now(), 'RETIRED', '\\x00', mayfly_now(), mayfly_now())
        """);
    test.setClock(START.plus(Duration.ofHours(1)));
    RevocationWorld.get(retention.round());
    assertThat(count("SELECT count(*) FROM idempotency_keys")).isEqualTo(1);
    assertThat(count("SELECT count(*) FROM lists WHERE kind = 'STATUS'")).isEqualTo(1);
    test.setClock(START.plus(Duration.ofDays(30)));
    RevocationWorld.get(retention.round());
    assertThat(count("SELECT count(*) FROM lists WHERE kind = 'STATUS'")).isZero();
  }

  @Test
  void retentionIsRefused_whenItIsShorterThanADay() {
    assertThatThrownBy(
            () ->
                new Retention(
                    test.database(),
                    new Kept(Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(1))))
        .hasMessage("mayfly.retention.* must be at least 1d");
  }

  private long partitions(String start) throws Exception {
    return count(
        "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname LIKE '" + start + "%'");
  }

  private long count(String sql) throws Exception {
    try (Connection connection = test.connect();
        var rows = connection.createStatement().executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
