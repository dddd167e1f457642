package dev.mayfly.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.policy.CompiledPolicy;
import dev.mayfly.policy.FederatedEntry;
import dev.mayfly.policy.KeySource;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** No claim's value changes a name's shape: it fills its own place in it, or there is no name. */
class FederatedNameProperties {

  private static final String PREFIX = "spiffe://td.example/ci/";

  private static final FederatedEntry ENTRY =
      compiled(PREFIX + "{claims.group}/job-{claims.name}").federated("https://i.example").get(0);

  private static CompiledPolicy compiled(String template) {
    return new TestPolicy()
        .trust("t", "https://i.example", new KeySource.Discovery())
        .federated("t", "true", template)
        .compiled();
  }

  @Property(tries = 5_000)
  void nameKeepsItsPrefixAndSegments_whateverTheClaimsSay(
      @ForAll("values") String group, @ForAll("values") String name) {
    Optional<String> filled = ENTRY.template().fill(Map.of("group", group, "name", name));
    if (filled.isPresent()) {
      assertThat(filled.get()).isEqualTo(PREFIX + group + "/job-" + name);
      assertThat(filled.get().split("/", -1)).hasSize(6);
      assertThat(filled.get()).matches("spiffe://td\\.example(/[a-zA-Z0-9._-]+)+");
      assertThat(filled.get().substring(PREFIX.length()).split("/", -1))
          .noneMatch(segment -> segment.equals(".") || segment.equals(".."));
    }
  }

  @Property(tries = 1_000)
  void plainValuesFill(@ForAll("plain") String group, @ForAll("plain") String name) {
    assertThat(ENTRY.template().fill(Map.of("group", group, "name", name)))
        .contains(PREFIX + group + "/job-" + name);
  }

  /** Two different pairs of values never meet in one name: a separator cannot move. */
  @Property(tries = 2_000)
  void namesAreEqual_onlyWhenTheValuesAre(
      @ForAll("values") String a, @ForAll("values") String b, @ForAll("values") String c) {
    Optional<String> one = ENTRY.template().fill(Map.of("group", a, "name", b));
    Optional<String> two = ENTRY.template().fill(Map.of("group", b, "name", c));
    if (one.isPresent() && one.equals(two)) {
      assertThat(a).isEqualTo(b);
      assertThat(b).isEqualTo(c);
    }
  }

  @Example
  void nameIsRefused_whenItWouldBeTooLong() {
    assertThat(ENTRY.template().fill(Map.of("group", "a", "name", "x".repeat(2048)))).isEmpty();
  }

  @Provide
  Arbitrary<String> values() {
    Arbitrary<String> hostile =
        Arbitraries.of(
            "",
            ".",
            "..",
            "/",
            "a/b",
            "%2e%2e",
            "%2f",
            "*",
            "+",
            ",",
            "\u0430",
            "\uff0f",
            "\u2044",
            "\u0000",
            "a\u200bb",
            "\u2024\u2024",
            "{claims.name}",
            "a b",
            "A\u0301",
            "\ud800");
    Arbitrary<String> any = Arbitraries.strings().ofMaxLength(12);
    Arbitrary<String> near =
        Arbitraries.strings().withChars("ab.-_/%*+,\u0430").ofMinLength(1).ofMaxLength(4);
    return Arbitraries.oneOf(hostile, any, near, plain());
  }

  @Provide
  Arbitrary<String> plain() {
    return Arbitraries.strings()
        .alpha()
        .numeric()
        .withChars('-', '_')
        .ofMinLength(1)
        .ofMaxLength(20);
  }
}
