package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code docs/policy.md} says is what the parser and lint do. */
class PolicyPageTest {

  @Test
  void wholePolicyIsClean_whenReadFromThePage() {
    assertThat(PolicyDocument.judge(DocumentedPolicy.good(), DocumentedPolicy.NOW).findings())
        .isEmpty();
  }

  @Test
  void elevationIsClean_whenLaidOverThePolicy() {
    assertThat(
            PolicyDocument.judge(
                    DocumentedPolicy.with(DocumentedPolicy.elevation()), DocumentedPolicy.NOW)
                .findings())
        .isEmpty();
  }

  @Test
  void everyCodeHasAnEntryOnThePage_whenItCanBeFound() {
    Set<String> described =
        DocumentedPolicy.PAGE
            .lines()
            .filter(line -> line.startsWith("**"))
            .map(line -> line.substring(2, line.indexOf("**", 2)))
            .collect(Collectors.toSet());
    assertThat(described)
        .isEqualTo(
            Arrays.stream(FindingCode.values()).map(FindingCode::text).collect(Collectors.toSet()));
  }

  @Test
  void everyCodeButOneHasAnExample_whenThePageIsRead() {
    Set<String> shown =
        DocumentedPolicy.examples().stream()
            .map(DocumentedPolicy.Example::code)
            .collect(Collectors.toSet());
    assertThat(Arrays.stream(FindingCode.values()).map(FindingCode::text))
        .filteredOn(code -> !shown.contains(code))
        .containsExactly("too-large");
  }

  static Stream<DocumentedPolicy.Example> examples() {
    return DocumentedPolicy.examples().stream();
  }

  @ParameterizedTest
  @MethodSource("examples")
  void badExampleIsFoundAtItsPlace_whenJudged(DocumentedPolicy.Example example) {
    List<Finding> findings =
        PolicyDocument.judge(example.document(), DocumentedPolicy.NOW).findings();
    assertThat(findings)
        .anySatisfy(
            finding -> {
              assertThat(finding.code()).isEqualTo(example.code());
              assertThat(finding.line()).isPositive();
              assertThat(finding.column()).isPositive();
            });
  }
}
