package dev.mayfly.http.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How {@code ttl} and {@code scope} are read. */
class ParametersTest {

  @ParameterizedTest
  @CsvSource({"90s,PT90S", "5m,PT5M", "1h,PT1H", "PT5M,PT5M", "PT1H30M,PT1H30M"})
  void ttlIsRead_shortOrIso(String text, Duration expected) {
    assertThat(Ttl.parse(text)).isEqualTo(Outcome.ok(expected));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "5",
        "m",
        "5 m",
        "-5m",
        "0s",
        "PT0S",
        "PT-5M",
        "P1D",
        "5M",
        "5d",
        "PT",
        "PTM5",
        "9999999s",
        "\u0665m",
        "PT99999999999999H"
      })
  void ttlIsRefused_whenItIsNoDuration(String text) {
    assertThat(Ttl.parse(text)).isInstanceOf(Outcome.Refused.class);
  }

  @Test
  void scopesAreReadAsASet() {
    assertThat(Scopes.parse("a b:c a")).isEqualTo(Outcome.ok(Set.of("a", "b:c")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", " a", "a ", "a  b", "a\tb", "a\"b", "a\\b", "\u0430"})
  void scopesAreRefused_whenNotTokens(String text) {
    assertThat(Scopes.parse(text)).isInstanceOf(Outcome.Refused.class);
  }

  @Test
  void scopesAreRefused_whenTooManyOrTooLong() {
    assertThat(Scopes.parse("a ".repeat(64) + "a")).isInstanceOf(Outcome.Refused.class);
    assertThat(Scopes.parse("a".repeat(257))).isInstanceOf(Outcome.Refused.class);
    assertThat(Scopes.parse("a".repeat(256))).isInstanceOf(Outcome.Ok.class);
  }
}
