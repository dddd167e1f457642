package dev.mayfly.http.oauth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.net.URLEncoder;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormTest {

  @Test
  void valuesAreDecoded_whenWellFormed() {
    Form form = read("grant_type=client_credentials&scope=a+b%20c&x=%C3%A9%E2%82%AC&empty=&bare");
    assertThat(form.one("grant_type")).contains("client_credentials");
    assertThat(form.one("scope")).contains("a b c");
    assertThat(form.one("x")).contains("é€");
    assertThat(form.one("empty")).isEmpty();
    assertThat(form.one("bare")).isEmpty();
    assertThat(form.one("absent")).isEmpty();
  }

  @Test
  void resourceMayRepeat_andKeepsItsOrder() {
    assertThat(read("resource=https%3A%2F%2Fb&resource=https%3A%2F%2Fa").all("resource"))
        .containsExactly("https://b", "https://a");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "scope=a&scope=b",
        "scope=a&scope=a",
        "scope=&scope=a",
        "sc%6Fpe=a&scope=b",
        "x&x"
      })
  void repeatedParameterIsRefused_howeverItIsWritten(String body) {
    assertThat(code(body)).contains("repeated-parameter");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a=%",
        "a=%4",
        "a=%zz",
        "a=%+1",
        "a=%C3",
        "a=%C3%28",
        "a=%ED%A0%80",
        "a=%C0%AF",
        "a=%F5%80%80%80",
        "a=b c",
        "a=b\tc",
        "a=é",
        "a=%00",
        "a=%0A",
        "a=%7F",
        "a=%C2%85",
        "=b",
        "&a=b",
        "a=b&&c=d",
        "a%=b"
      })
  void malformedBodyIsRefused(String body) {
    assertThat(code(body)).contains("malformed-form");
  }

  @Test
  void tooManyParametersAreRefused() {
    StringBuilder body = new StringBuilder("p=1");
    for (int i = 0; i < 64; i++) {
      body.append("&p").append(i).append("=1");
    }
    assertThat(code(body.toString())).contains("malformed-form");
  }

  @Test
  void tooLongBodyIsRefused() {
    assertThat(code("a=" + "b".repeat(Form.MAX_BYTES - 1))).contains("malformed-form");
    assertThat(code("a=" + "b".repeat(Form.MAX_BYTES - 2))).isEmpty();
  }

  @Property
  void whatAnOrdinaryClientEncodesIsReadBack(@ForAll String name, @ForAll List<String> values) {
    Assume.that(!name.isEmpty() && isPlain(name) && values.stream().allMatch(FormTest::isPlain));
    Assume.that(values.size() < 60);
    StringBuilder body = new StringBuilder(URLEncoder.encode(name, UTF_8)).append("=1");
    values.forEach(v -> body.append("&resource=").append(URLEncoder.encode(v, UTF_8)));
    Assume.that(body.length() < Form.MAX_BYTES && !name.equals("resource"));
    Form form = read(body.toString());
    assertThat(form.one(name)).contains("1");
    assertThat(form.all("resource")).isEqualTo(values.stream().filter(v -> !v.isEmpty()).toList());
  }

  private static boolean isPlain(String text) {
    return UTF_8.newEncoder().canEncode(text) && text.chars().noneMatch(Character::isISOControl);
  }

  private static Form read(String body) {
    return switch (Form.parse(body.getBytes(ISO_8859_1))) {
      case Outcome.Ok<Form>(Form form) -> form;
      case Outcome.Refused<Form>(Refusal refusal) -> throw new AssertionError(refusal);
    };
  }

  private static Optional<String> code(String body) {
    return switch (Form.parse(body.getBytes(UTF_8))) {
      case Outcome.Ok<Form> ok -> Optional.empty();
      case Outcome.Refused<Form>(Refusal refusal) -> Optional.of(refusal.code());
    };
  }
}
