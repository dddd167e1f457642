package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;

/** What lint concludes of a login's condition is true of everybody whom CEL lets in. */
class GroupDemandProperties {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Set<String> GROUPS = Set.of("a", "b", "c");

  @Property(tries = 2_000)
  void conclusionHolds_forWhoeverTheConditionLetsIn(
      @ForAll("conditions") String source, @ForAll("members") Set<String> groups) {
    Condition condition = compiled(source);
    GroupDemand demand = GroupDemand.of(condition);
    boolean in = letsIn(condition, groups);
    Statistics.label("in").collect(in);
    if (in) {
      assertThat(groups).containsAll(demand.certain());
      assertThat(Collections.disjoint(groups, demand.forbidden())).isTrue();
      if (!demand.required().isEmpty()) {
        assertThat(groups).containsAnyElementsOf(demand.required());
      }
    }
  }

  @Property(tries = 2_000)
  void nobodyMeetsBoth_whenOneExcludesTheOther(
      @ForAll("conditions") String one,
      @ForAll("conditions") String other,
      @ForAll("members") Set<String> groups) {
    boolean excludes = GroupDemand.of(compiled(one)).excludes(GroupDemand.of(compiled(other)));
    Statistics.label("excludes").collect(excludes);
    if (excludes) {
      assertThat(letsIn(compiled(one), groups) && letsIn(compiled(other), groups)).isFalse();
    }
  }

  private static boolean letsIn(Condition condition, Set<String> groups) {
    return condition.judge(Map.of("claims", Map.of("groups", groups, "x", true), "now", NOW))
        instanceof Condition.Verdict.Met;
  }

  private static Condition compiled(String source) {
    return switch (Condition.compile(source, Condition.Scope.PROOF)) {
      case Condition.Compiled.Ok(Condition condition) -> condition;
      case Condition.Compiled.Wrong(int line, int column, String message) ->
          throw new AssertionError(message);
    };
  }

  @Provide
  Arbitrary<Set<String>> members() {
    return Arbitraries.of(GROUPS).set();
  }

  @Provide
  Arbitrary<String> conditions() {
    return condition(3);
  }

  private static Arbitrary<String> condition(int depth) {
    Arbitrary<String> leaf =
        Arbitraries.of(
            "'a' in claims.groups",
            "'b' in claims.groups",
            "'c' in claims.groups",
            "claims.x == true");
    if (depth == 0) {
      return leaf;
    }
    Arbitrary<String> inner = condition(depth - 1);
    return Arbitraries.oneOf(
        List.of(
            leaf,
            inner.map("!(%s)"::formatted),
            Combinators.combine(inner, inner).as("(%s) && (%s)"::formatted),
            Combinators.combine(inner, inner).as("(%s) || (%s)"::formatted),
            Combinators.combine(inner, inner).as("(%s) ? (%s) : false"::formatted)));
  }
}
