package dev.mayfly.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.audit.AuditQueries;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What would be an error of the database is refused before it comes there. */
class AskTest {

  @Test
  void controlCharactersAreRefused_inAnyParameter() {
    assertThat(Ask.isText(List.of(List.of("a"), List.of("spiffe://td/é ü"))))
        .isInstanceOf(Outcome.Ok.class);
    assertThat(Ask.isText(List.of(List.of("a"), List.of("b", "c\u0000"))))
        .isInstanceOf(Outcome.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"+1000000000-12-31T23:59:59Z", "-999999999-12-31T23:59:59Z", "soon"})
  void timeIsRefused_whenTheDatabaseHasNoSuchTime(String text) {
    assertThat(Ask.instant("since", text)).isInstanceOf(Outcome.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1_------------------------------------", "1_", "_", ""})
  void cursorIsRefused_whenItHoldsNoId(String text) {
    assertThat(AuditQueries.isCursor(text)).isFalse();
    assertThat(AuditQueries.isCursor("1_019a0000-0000-7000-8000-000000000000")).isTrue();
  }
}
