package dev.mayfly.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.OffsetDateTime;
import org.junit.jupiter.api.Test;

class DatabaseTest {

  @Test
  void statementsSeeTheTestClock_whenItIsSet() {
    try (TestDatabase test = TestDatabase.fresh()) {
      test.useTestClock();
      test.setClock(java.time.Instant.parse("2031-02-03T04:05:06Z"));
      var row =
          test.database()
              .run("SELECT mayfly_now() AS now")
              .await()
              .indefinitely()
              .iterator()
              .next();
      assertThat(row.getOffsetDateTime("now"))
          .isEqualTo(OffsetDateTime.parse("2031-02-03T04:05:06Z"));
    }
  }

  /** Only by a plan that happens to read all of pg_class first would another order be noticed. */
  @Test
  void partitionsAreDroppedByTheirTime_whateverThePlan() {
    try (TestDatabase test = TestDatabase.fresh()) {
      test.execute("SET enable_nestloop = off; SET enable_mergejoin = off");
      long before =
          test.count("SELECT count(*) FROM pg_inherits WHERE inhparent = 'outbox'::regclass");

      long dropped =
          test.count(
              "SELECT mayfly_drop_partitions('outbox', interval '1 day', mayfly_now() + interval '3 days')");

      assertThat(dropped).isBetween(1L, before - 1);
      assertThat(
              test.count("SELECT count(*) FROM pg_inherits WHERE inhparent = 'outbox'::regclass"))
          .isEqualTo(before - dropped);
    }
  }
}
