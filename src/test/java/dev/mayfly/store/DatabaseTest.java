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
}
