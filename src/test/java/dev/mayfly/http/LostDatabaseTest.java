package dev.mayfly.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.pgclient.PgException;
import java.net.ConnectException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rule 10: a database that is away is 503 and comes back; a defect is 500 and is repaired. */
class LostDatabaseTest {

  @ParameterizedTest
  @ValueSource(strings = {"08006", "57P01", "57P03", "53300", "25006", "57014", "25P03"})
  void databaseIsLost_whenItSaysThatItCannot(String sqlState) {
    assertThat(LostDatabase.isBehind(new PgException("x", "FATAL", sqlState, ""))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"42601", "23505", "22P02", "57000"})
  void defectIsADefect_whenTheDatabaseAnswers(String sqlState) {
    assertThat(LostDatabase.isBehind(new PgException("x", "ERROR", sqlState, ""))).isFalse();
  }

  @Test
  void lossIsFound_howeverDeepItIsWrapped() {
    assertThat(LostDatabase.isBehind(new CompletionException(new ConnectException("refused"))))
        .isTrue();
    assertThat(LostDatabase.isBehind(new TimeoutException())).isTrue();
    assertThat(LostDatabase.isBehind(new io.smallrye.mutiny.TimeoutException())).isTrue();
    assertThat(LostDatabase.isBehind(new IllegalStateException(new NullPointerException())))
        .isFalse();
  }
}
