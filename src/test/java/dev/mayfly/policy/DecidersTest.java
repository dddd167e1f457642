package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is known of deciders before any request is looked at. */
class DecidersTest {

  private static CompiledPolicy policy(String rule) throws IOException {
    String text =
        Files.readString(Path.of("src/test/resources/elevation/policy.yaml"))
            .replace("- rule: {all: [{group: sre}, {group: security}]}", rule);
    PolicyDocument.Judged judged =
        PolicyDocument.judge(text, Instant.parse("2026-11-22T00:00:00Z"));
    assertThat(judged.findings()).noneMatch(Finding::isError);
    return CompiledPolicy.of(judged.policy().orElseThrow(), "https://broker.test");
  }

  @Test
  void groupIsAskedAfterTheStagesBeforeIt_andAtOnceWhereAnEscalationNamesIt() throws IOException {
    CompiledPolicy policy =
        policy(
            """
            - rule: {group: sre}
                      escalate: {after: 30m, rule: {group: heads}}
                    - rule: {group: security}
                    - rule: {any: [{owner: true}, {group: heads}]}""");

    assertThat(policy.decidedBy(Set.of("sre", "sales"))).containsEntry("database", 0);
    assertThat(policy.decidedBy(Set.of("security"))).containsEntry("database", 1);
    assertThat(policy.decidedBy(Set.of("dba"))).containsEntry("database", 2);
    assertThat(policy.decidedBy(Set.of("heads"))).containsEntry("database", 0);
    assertThat(policy.decidedBy(Set.of("security", "sre"))).containsEntry("database", 0);
    assertThat(policy.decidedBy(Set.of("sales"))).isEqualTo(Map.of());
    assertThat(policy.decidedByManagers()).doesNotContain("database");
  }

  @Test
  void groupIsAskedWithTheManagers_whereTheyComeFirst() throws IOException {
    CompiledPolicy policy =
        policy(
            """
            - rule: {group: sre}
                    - rule: {manager: true}
                    - rule: {group: security}""");

    assertThat(policy.decidedBy(Set.of("security"))).containsEntry("database", 1);
    assertThat(policy.decidedBy(Set.of("sre"))).containsEntry("database", 0);
    assertThat(policy.decidedByManagers()).contains("database");
  }
}
