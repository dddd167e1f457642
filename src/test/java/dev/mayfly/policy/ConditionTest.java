package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

  @Test
  void conditionHolds_whenTheClaimsMeetIt() {
    assertThat(judge("claims.sub == 'a' && now < timestamp('2027-01-01T00:00:00Z')"))
        .isEqualTo(new Condition.Verdict.Met());
    assertThat(judge("claims.sub == 'b'")).isEqualTo(new Condition.Verdict.NotMet());
  }

  @Test
  void claimsOfEveryJsonKindCompare_whenTheyComeFromAToken() {
    Map<String, Object> claims = new HashMap<>();
    claims.put("int", 7);
    claims.put("long", 7L);
    claims.put("text", "x");
    claims.put("flag", true);
    claims.put("list", Arrays.asList("a", null, 3));
    claims.put("map", Map.of("kubernetes.io", Map.of("namespace", "n")));
    claims.put("none", null);
    claims.put("exp", Date.from(NOW));
    for (String source :
        List.of(
            "claims.int == 7",
            "claims.long == 7",
            "claims.text == 'x'",
            "claims.flag",
            "'a' in claims.list && 3 in claims.list",
            "claims.map['kubernetes.io'].namespace == 'n'",
            "claims.none == null",
            "claims.exp == now",
            "claims.exists(name, name == 'int') && claims.list.exists(one, one == 'a')")) {
      assertThat(compile(source, Condition.Scope.PROOF).judge(Map.of("claims", claims, "now", NOW)))
          .as(source)
          .isEqualTo(new Condition.Verdict.Met());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "claims.absent == 'a'",
        "claims.sub.absent == 'a'",
        "claims.sub > 3",
        "1 / 0 == 1",
        "claims.sub.matches('(a')",
        "claims.flagless"
      })
  void evaluationFails_whenItCannotBeDone(String source) {
    assertThat(judge(source)).isInstanceOf(Condition.Verdict.Failed.class);
  }

  @Test
  void failureNeverRepeatsAClaim_whenItTellsWhy() {
    assertThat(judge("timestamp(claims.secret) < now"))
        .isInstanceOfSatisfying(
            Condition.Verdict.Failed.class,
            failed -> assertThat(failed.why()).doesNotContain("s3cr3t"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "claims.sub",
        "'text'",
        "claims.list.map(x, x).size() > 0",
        "claims.list.filter(x, true).size() > 0",
        "claims.list.exists_one(x, true)",
        "request.role == 'r'",
        "identity.name == 'n'",
        "nothing == 1",
        "claims.sub ==",
        ""
      })
  void compilationFails_whenTheSourceIsNotOfItsScope(String source) {
    Condition.Compiled compiled = Condition.compile(source, Condition.Scope.PROOF);
    // A lone claim is of type dyn, which CEL lets pass for bool; evaluation refuses it.
    if (compiled instanceof Condition.Compiled.Ok(Condition condition)) {
      assertThat(source).isEqualTo("claims.sub");
      assertThat(condition.judge(variables())).isInstanceOf(Condition.Verdict.Failed.class);
    }
  }

  @Test
  void mintVariablesAreChecked_whenAnameIsMisspelt() {
    assertThat(Condition.compile("identity.environment == 'prod'", Condition.Scope.MINT))
        .isInstanceOf(Condition.Compiled.Ok.class);
    assertThat(Condition.compile("identity.enviroment == 'prod'", Condition.Scope.MINT))
        .isInstanceOf(Condition.Compiled.Wrong.class);
  }

  @Test
  void hostileExpressionStops_whenItNestsComprehensions() {
    List<Integer> many = IntStream.range(0, 5_000).boxed().toList();
    Condition nested =
        compile(
            "claims.l.all(a, claims.l.all(b, claims.l.all(c, claims.l.all(d, a + b + c + d >= 0))))",
            Condition.Scope.PROOF);
    long start = System.nanoTime();
    Condition.Verdict verdict = nested.judge(Map.of("claims", Map.of("l", many), "now", NOW));
    assertThat(verdict).isEqualTo(new Condition.Verdict.Failed("iteration budget exceeded"));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void hostileExpressionIsRefused_whenItIsTooLongTooDeepOrTooWide() {
    for (String source :
        List.of(
            "claims.sub == '" + "x".repeat(Condition.MAX_LENGTH) + "'",
            "(".repeat(200) + "true" + ")".repeat(200),
            String.join("||", Collections.nCopies(300, "1==1")))) {
      assertThat(Condition.compile(source, Condition.Scope.PROOF))
          .isInstanceOf(Condition.Compiled.Wrong.class);
    }
  }

  private static Condition.Verdict judge(String source) {
    return compile(source, Condition.Scope.PROOF).judge(variables());
  }

  private static Map<String, Object> variables() {
    return Map.of("claims", Map.of("sub", "a", "secret", "s3cr3t"), "now", NOW);
  }

  static Condition compile(String source, Condition.Scope scope) {
    return switch (Condition.compile(source, scope)) {
      case Condition.Compiled.Ok(Condition condition) -> condition;
      case Condition.Compiled.Wrong wrong -> throw new AssertionError(source + ": " + wrong);
    };
  }
}
