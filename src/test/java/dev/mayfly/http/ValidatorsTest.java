package dev.mayfly.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValidatorsTest {

  @ParameterizedTest
  @ValueSource(strings = {"\"a\"", "W/\"a\"", "*", "\"b\", \"a\"", " \"a\" ", "\"b\",W/\"a\""})
  void tagMatches_whenNamedWeaklyOrAmongOthers(String ifNoneMatch) {
    assertThat(Validators.matches(ifNoneMatch, "\"a\"")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "\"A\"", "\"a", "\"aa\"", "\"b\""})
  void otherTagsDoNotMatch(String ifNoneMatch) {
    assertThat(Validators.matches(ifNoneMatch, "\"a\"")).isFalse();
  }

  @Test
  void oneTagIsToldFromSeveral() {
    assertThat(Validators.single("W/\"a\"")).contains("\"a\"");
    assertThat(Validators.single("\"a\", \"b\"")).isEmpty();
    assertThat(Validators.single("*")).isEmpty();
    assertThat(Validators.single("\"\"")).isEmpty();
    assertThat(Validators.single(null)).isEmpty();
  }
}
