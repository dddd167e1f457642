package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the examples of {@code docs/policy.md} leave out. */
class PolicyLintTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "open-subject        | identities: {pipeline: {federated: {spiffe-id: 'spiffe://shop.example/ci/{claims.actor}'}}}",
        "open-subject        | identities: {pipeline: {federated: {condition: 'true'}}}",
        "wildcard            | identities: {pipeline: {federated: {condition: \"claims.sub == 'repo:*'\", spiffe-id: 'spiffe://shop.example/x'}}}",
        "wildcard            | roles: {deployer: {audiences: ['https://*.shop.example']}}",
        "wildcard            | identities: {checkout: {serves: ['https://*.shop.example']}}",
        "wildcard            | trusts: {github: {audience: '*'}}",
        "bad-spiffe-id       | identities: {pipeline: {federated: {condition: \"claims.repository == 'a/b'\", spiffe-id: 'spiffe://shop.example/{claims.repository}'}}}",
        "outside-trust-domain| identities: {pipeline: {federated: {spiffe-id: 'spiffe://shop.example.evil/{claims.repository_id}'}}}",
        "unusable-algorithm  | trusts: {mesh: {algorithms: [Ed25519]}}",
        "insecure-uri        | trusts: {mesh: {bundle: {url: 'http://spire.mesh.example/bundle'}}}",
        "outside-trust-domain| identities: {third: {kind: workload, owner: o, environment: prod, review: 2027-01-01, join: {spiffe-id: 'spiffe://other.example/x'}}}",
        "duplicate-spiffe-id | identities: {third: {kind: workload, owner: o, environment: prod, review: 2027-01-01, join: {spiffe-id: 'spiffe://shop.example/storefront/checkout'}}}",
        "ttl-past-ceiling    | roles: {deployer: {ttl: 10m, grant: 5m}}",
        "unusable-algorithm  | trusts: {github: {algorithms: [none]}}",
        "unusable-algorithm  | trusts: {github: {algorithms: [HS512]}}",
        "unusable-algorithm  | identities: {checkout: {client: {algorithms: [ES384]}}}",
        "broker-audience     | roles: {deployer: {audiences: [mayfly]}}",
        "broker-audience     | roles: {mayfly-operator: {audiences: [mayfly, 'https://x.example']}}",
        "unreachable-entitlement | entitlements: [{role: nothing, identity: operator, type: standing, until: 2027-01-01}]",
        "unreachable-entitlement | entitlements: [{role: deployer, identity: nobody, type: standing, until: 2027-01-01}]",
        "unreachable-entitlement | entitlements: [{role: deployer, identity: pipeline, type: standing, until: 2020-01-01}]",
        "unreachable-entitlement | entitlements: [{role: deployer, identity: pipeline, type: standing, until: 2027-01-01, scopes: [other]}]",
        "unreachable-entitlement | entitlements: [{role: deployer, identity: pipeline, type: standing, until: 2027-01-01, audiences: ['https://other.example']}]",
        "no-operator         | entitlements: [{role: mayfly-operator, identity: operator, type: eligible, until: 2027-01-01}]",
        "insecure-uri        | trusts: {github: {keys: {jwks-uri: 'http://keys.example/jwks'}}}",
      })
  void errorIsFound_whenThePolicyIsSpoilt(String code, String fragment) {
    PolicyDocument.Judged judged =
        PolicyDocument.judge(DocumentedPolicy.with(fragment), DocumentedPolicy.NOW);
    assertThat(judged.isClean()).isFalse();
    assertThat(judged.findings())
        .filteredOn(Finding::isError)
        .extracting(Finding::code)
        .contains(code.strip());
  }

  @Test
  void findingStandsAtTheValue_whenContentIsWrong() {
    String text = DocumentedPolicy.good().replace("ttl: 15m", "ttl: 16m");
    int line = text.substring(0, text.indexOf("ttl: 16m")).split("\n", -1).length;
    assertThat(PolicyDocument.judge(text, DocumentedPolicy.NOW).findings())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.code()).isEqualTo("ttl-past-ceiling");
              assertThat(finding.line()).isEqualTo(line);
              assertThat(finding.column()).isEqualTo(10);
            });
  }

  @Test
  void reviewWarnsThenForbids_whenItsDateThenItsGracePasses() {
    assertThat(codes("2027-06-29T23:59:59Z")).doesNotContain("warning review-overdue");
    assertThat(codes("2027-06-30T00:00:00Z")).contains("warning review-overdue");
    assertThat(codes("2027-07-13T23:59:59Z")).contains("warning review-overdue");
    assertThat(codes("2027-07-14T00:00:00Z")).contains("error review-overdue");
  }

  @Test
  void reviewIsAllowedToTheDay_whenItIsExactlyAtTheCeiling() {
    String atCeiling = "identities: {checkout: {review: 2027-11-21}}";
    Instant exactly = Instant.parse("2026-11-21T00:00:00Z");
    assertThat(PolicyDocument.judge(DocumentedPolicy.with(atCeiling), exactly).isClean()).isTrue();
    assertThat(
            PolicyDocument.judge(DocumentedPolicy.with(atCeiling), exactly.minusSeconds(1))
                .isClean())
        .isFalse();
  }

  private static List<String> codes(String now) {
    return PolicyDocument.judge(DocumentedPolicy.good(), Instant.parse(now)).findings().stream()
        .map(one -> (one.isError() ? "error " : "warning ") + one.code())
        .toList();
  }
}
