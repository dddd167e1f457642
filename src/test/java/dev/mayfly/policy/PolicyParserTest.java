package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicyParserTest {

  @Test
  void everyPartIsRead_whenTheDocumentIsWhole() {
    Policy policy = PolicyParser.parse(DocumentedPolicy.good()).policy().orElseThrow();
    assertThat(policy.revision()).isEqualTo(7);
    assertThat(policy.trustDomain()).isEqualTo("shop.example");
    assertThat(policy.ceilings())
        .isEqualTo(
            new Ceilings(
                Duration.ofMinutes(15),
                Duration.ofHours(12),
                Duration.ofDays(365),
                Duration.ofDays(14)));
    assertThat(policy.operator()).contains("operator");
    Trust github = policy.trusts().get("github");
    assertThat(github.issuer()).isEqualTo("https://token.actions.githubusercontent.com");
    assertThat(github.keys()).isEqualTo(new KeySource.Discovery());
    assertThat(github.audience()).contains("https://mayfly.shop.example");
    assertThat(github.singleUse()).isTrue();
    assertThat(github.maxLifetime()).isEqualTo(Duration.ofHours(1));
    IdentityEntry checkout = policy.identities().get("checkout");
    assertThat(checkout.reviewAt()).isEqualTo(Instant.parse("2027-06-30T00:00:00Z"));
    assertThat(checkout.serves()).containsExactly("https://checkout.shop.example");
    assertThat(checkout.proving())
        .isInstanceOfSatisfying(
            Proving.PrivateKeyJwt.class, client -> assertThat(client.keys().getKeys()).hasSize(1));
    Role writer = policy.roles().get("orders-writer");
    assertThat(writer.alg()).isEqualTo("ES256");
    assertThat(writer.conditionSource()).contains("'orders:write' in request.scopes");
    assertThat(policy.entitlements().getFirst().scopes()).contains(Set.of("orders:write"));
    assertThat(policy.entitlements().getLast().audiences()).isEmpty();
  }

  @Test
  void findingNamesLineAndColumn_whenAKeyIsUnknown() {
    String text = "schema: 1\nrevision: 1\nroles:\n  reader:\n    colour: red\n";
    assertThat(PolicyParser.parse(text).findings())
        .contains(
            new Finding(
                "unknown-key", Finding.Severity.ERROR, 5, 5, "there is no key colour here"));
  }

  @Test
  void everythingWrongIsFoundAtOnce_whenSeveralThingsAre() {
    List<String> codes =
        PolicyParser.parse(
                DocumentedPolicy.with(
                    "revision: -1",
                    "ceilings: {jwt: forever}",
                    "roles: {deployer: {scopes: [], audiences: [x], announce: maybe}}"))
            .findings()
            .stream()
            .map(Finding::code)
            .toList();
    assertThat(codes).contains("bad-value", "bad-duration", "bad-uri", "wrong-type");
  }

  @Test
  void nothingIsConstructed_whenATagNamesAClass() {
    PolicyParser.Parsed parsed =
        PolicyParser.parse(
            "schema: !!javax.script.ScriptEngineManager [!!java.net.URL ['http://127.0.0.1/']]");
    assertThat(parsed.policy()).isEmpty();
    assertThat(parsed.findings()).extracting(Finding::code).containsOnly("yaml-tag");
  }

  @Test
  void aliasesNeverExpand_whenTheyWouldMakeALargeDocument() {
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int level = 1; level < 12; level++) {
      bomb.append(
          "a%d: &a%d [%s]\n"
              .formatted(level, level, "*a%d, ".formatted(level - 1).repeat(9) + "x"));
    }
    PolicyParser.Parsed parsed = PolicyParser.parse(bomb.toString());
    assertThat(parsed.policy()).isEmpty();
    assertThat(parsed.findings()).extracting(Finding::code).containsOnly("yaml-alias");
  }

  @Test
  void documentIsRefused_whenItIsNestedTooDeep() {
    assertThat(PolicyParser.parse("a: " + "[".repeat(5_000) + "]".repeat(5_000)).findings())
        .extracting(Finding::code)
        .containsExactly("yaml-syntax");
  }

  @Test
  void documentIsRefused_whenItIsTooLarge() {
    assertThat(PolicyParser.parse("#".repeat(YamlSource.MAX_CHARACTERS + 1)).findings())
        .extracting(Finding::code)
        .containsExactly("too-large");
  }

  @Test
  void documentIsRefused_whenItIsNoMappingOrSeveralDocuments() {
    assertThat(PolicyParser.parse("").policy()).isEmpty();
    assertThat(PolicyParser.parse("- a").policy()).isEmpty();
    assertThat(PolicyParser.parse("just text").policy()).isEmpty();
    assertThat(PolicyParser.parse("\u0000").policy()).isEmpty();
    assertThat(
            PolicyParser.parse(DocumentedPolicy.good() + "---\n" + DocumentedPolicy.good())
                .policy())
        .isEmpty();
  }

  @Test
  void privateKeyIsNeverRepeated_whenADocumentHoldsOne() {
    String secret = "QvYHS0vGGfC-this-must-stay-unsaid-qcGQ";
    PolicyParser.Parsed parsed =
        PolicyParser.parse(
            DocumentedPolicy.with(
                "identities: {checkout: {client: {keys: [{kty: EC, crv: P-256, x: a, y: b, d: %s}]}}}"
                    .formatted(secret)));
    assertThat(parsed.policy()).isEmpty();
    assertThat(parsed.findings()).extracting(Finding::code).containsOnly("private-key");
    assertThat(parsed.findings().toString()).doesNotContain(secret);
  }

  @Test
  void identityIsRefused_whenItProvesItselfInTwoWaysOrNone() {
    String both =
        "identities: {checkout: {federated: {trust: github, condition: \"claims.sub == 'x'\","
            + " spiffe-id: 'spiffe://shop.example/x'}}}";
    assertThat(PolicyParser.parse(DocumentedPolicy.with(both)).policy()).isEmpty();
    String none =
        "identities: {third: {kind: agent, owner: o, environment: prod, review: 2027-01-01}}";
    assertThat(PolicyParser.parse(DocumentedPolicy.with(none)).findings())
        .extracting(Finding::code)
        .containsExactly("missing-key");
  }
}
