package dev.mayfly;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationTextTest {

  @ParameterizedTest
  @CsvSource({"90s,90s", "120s,2m", "90m,90m", "PT2H,2h", "48h,2d", "PT1H30M,90m"})
  void durationIsSaid_asItCanBeTyped(String typed, String said) {
    assertThat(DurationText.parse(typed).map(DurationText::of)).contains(said);
    assertThat(DurationText.parse(said)).isEqualTo(DurationText.parse(typed));
  }
}
