package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mayfly.Outcome;
import dev.mayfly.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What roles say of certificates: read, judged, and decided by. */
class CertificatePolicyTest {

  private static final String HOST_OF =
      "roles: {deployer: {x509: {profile: tls-server, ttl: 10m, names: ['dns:{claims.host}.shop.example']},"
          + " ssh: {type: user, ttl: 10m, principals: ['{claims.login}']}}}";

  @Test
  void documentedCertificatesAreClean() {
    String policy = DocumentedPolicy.with(DocumentedPolicy.certificates());
    assertThat(PolicyDocument.judge(policy, DocumentedPolicy.NOW).findings()).isEmpty();
  }

  @Test
  void namesAndProfileComeFromPolicyAndClaims() {
    CompiledPolicy policy = policy(DocumentedPolicy.certificates());
    Allowed x509 = allowed(policy, Map.of("repository_id", 1207L), Form.X509);
    assertThat(x509.audiences()).containsExactly("EMAIL:deploys@shop.example");
    assertThat(x509.scopes()).containsExactly("custom");
    assertThat(x509.ttl()).isEqualTo(Duration.ofMinutes(10));
    Allowed ssh = allowed(policy, Map.of("repository_id", 1207L), Form.SSH);
    assertThat(ssh.audiences()).containsExactlyInAnyOrder("build-1207", "deploy");
    assertThat(ssh.scopes()).containsExactly("user");
    Allowed token = allowed(policy, Map.of("repository_id", 1207L), Form.TOKEN);
    assertThat(token.scopes())
        .describedAs("what stands for certificates is in no token")
        .containsExactly("deploy:storefront");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.b",
        "*",
        "a,b",
        "a/b",
        "-a",
        "A",
        "xn--\u00e4",
        "a b",
        "",
        "\u0430",
        "a\u0000",
        "evil.test#"
      })
  void claimNeverWidensAHostName(String host) {
    CompiledPolicy policy = policy(HOST_OF);
    assertThat(decide(policy, Map.of("host", host, "login", "ada"), Form.X509))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.refusal().code()).isEqualTo("name-not-available"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"root", "admin", "a,b", "a b", "*", "", "-a", "a*", "\u0440oot"})
  void claimNeverMakesAPrincipalOfAnother(String login) {
    CompiledPolicy policy = policy(HOST_OF);
    assertThat(decide(policy, Map.of("host", "a", "login", login), Form.SSH))
        .isInstanceOf(Outcome.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"web.prod", "a_b", "-a"})
  void claimFillsOneLabelOfAHostsPrincipal(String host) {
    CompiledPolicy policy =
        policy(
            "roles: {deployer: {ssh: {type: host, ttl: 10m, principals: ['{claims.host}.shop.example']}}}");
    assertThat(decide(policy, Map.of("host", host), Form.SSH)).isInstanceOf(Outcome.Refused.class);
    assertThat(allowed(policy, Map.of("host", "web-1"), Form.SSH).audiences())
        .containsExactly("web-1.shop.example");
  }

  @Test
  void goodClaimsFillOneLabel() {
    CompiledPolicy policy = policy(HOST_OF);
    Map<String, Object> claims = Map.of("host", "web-1", "login", "ada.l");
    assertThat(allowed(policy, claims, Form.X509).audiences())
        .containsExactly("DNS:web-1.shop.example");
    assertThat(allowed(policy, claims, Form.SSH).audiences()).containsExactly("ada.l");
  }

  @Test
  void askedNameOutsideThePolicyIsRefused() {
    CompiledPolicy policy = policy(DocumentedPolicy.certificates());
    Ask more =
        new Ask(
            Optional.of("deployer"),
            Set.of(),
            List.of("EMAIL:boss@shop.example"),
            Optional.empty(),
            Form.X509);
    assertThat(policy.decide(subject(policy, Map.of()), more, DocumentedPolicy.NOW))
        .isInstanceOfSatisfying(
            Outcome.Refused.class,
            refused -> assertThat(refused.refusal()).isInstanceOf(Refusal.BadTarget.class));
  }

  @Test
  void entitlementThatNamesScopesGivesNoCertificates() {
    CompiledPolicy policy =
        policy(
            DocumentedPolicy.certificates(),
            "entitlements: [{role: deployer, identity: pipeline, type: standing, until: 2027-06-30,"
                + " scopes: ['deploy:storefront']},"
                + " {role: mayfly-operator, identity: operator, type: standing, until: 2027-06-30}]");
    assertThat(decide(policy, Map.of("repository_id", 1L), Form.TOKEN))
        .isInstanceOf(Outcome.Ok.class);
    assertThat(decide(policy, Map.of("repository_id", 1L), Form.X509))
        .isInstanceOf(Outcome.Refused.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{x509: {profile: svid, ttl: 10m, names: ['dns:a.example']}}",
        "{x509: {profile: tls-server, ttl: 10m}}",
        "{x509: {profile: tls-server, ttl: 10m, names: ['dns:*.example']}}",
        "{x509: {profile: tls-server, ttl: 10m, names: ['dns:A.example']}}",
        "{x509: {profile: tls-server, ttl: 10m, names: ['dns:a.example.']}}",
        "{x509: {profile: tls-server, ttl: 10m, names: ['ip:10.0.0.256']}}",
        "{x509: {profile: tls-server, ttl: 10m, names: ['ip:{claims.ip}']}}",
        "{x509: {profile: tls-server, ttl: 10m, names: ['uri:spiffe://shop.example/x']}}",
        "{x509: {profile: tls-server, ttl: 10m, names: ['host:a.example']}}",
        "{x509: {profile: custom, ttl: 10m, names: ['dns:a.example']}}",
        "{x509: {profile: custom, ttl: 10m, names: ['dns:a.example'], extended-key-usage: [2.5.29.37.0]}}",
        "{x509: {profile: svid, ttl: 2h}}",
        "{x509: {profile: svid, ttl: 10m}, scopes: ['cert:x509']}",
        "{x509: {profile: ca, ttl: 10m}}",
        "{ssh: {type: user, ttl: 10m}}",
        "{ssh: {type: user, ttl: 10m, principals: ['a,b']}}",
        "{ssh: {type: user, ttl: 10m, principals: ['*']}}",
        "{ssh: {type: host, ttl: 10m, principals: [a], extensions: [permit-pty]}}",
        "{ssh: {type: user, ttl: 10m, principals: [a], source-address: [10.0.0.1/8]}}",
        "{ssh: {type: user, ttl: 10m, principals: [a], source-address: ['example.com/8']}}",
        "{ssh: {type: user, ttl: 10m, principals: [a], source-address: ['0/0']}}",
        "{ssh: {type: user, ttl: 10m, principals: [a], source-address: ['10.0/16']}}",
        "{ssh: {type: user, ttl: 10m, principals: [a], force-command: ' '}}",
        "{x509: {profile: custom, ttl: 10m, names: ['dns:a.example'], extended-key-usage: [1.45.29.37.0]}}",
        "{x509: {profile: custom, ttl: 10m, names: ['dns:a.example'], extended-key-usage: [1.3.6.1.4.1.1234567890]}}",
        "{ssh: {type: user, ttl: 10m, principals: [a], extensions: [permit-everything]}}",
        "{ssh: {type: user, ttl: 2h, principals: [a]}}"
      })
  void lintRefuses(String role) {
    String policy = DocumentedPolicy.with("roles: {deployer: " + role + "}");
    assertThat(PolicyDocument.judge(policy, DocumentedPolicy.NOW).isClean()).isFalse();
  }

  @Test
  void lintRefusesACeilingThatNoKeyServes() {
    String policy = DocumentedPolicy.with("ceilings: {x509: 2d, ssh: 2d}");
    assertThat(PolicyDocument.judge(policy, DocumentedPolicy.NOW).findings())
        .extracting(found -> found.code())
        .containsOnly(FindingCode.CEILING_TOO_HIGH.text())
        .hasSize(2);
  }

  private static CompiledPolicy policy(String... fragments) {
    return CompiledPolicy.of(
        PolicyDocument.judge(DocumentedPolicy.with(fragments), DocumentedPolicy.NOW)
            .policy()
            .orElseThrow(),
        "https://mayfly.shop.example");
  }

  private static Subject subject(CompiledPolicy policy, Map<String, Object> claims) {
    return new Subject(
        "spiffe://shop.example/ci/1", policy.policy().identities().get("pipeline"), claims);
  }

  private static Outcome<Allowed> decide(
      CompiledPolicy policy, Map<String, Object> claims, Form form) {
    Ask ask = new Ask(Optional.of("deployer"), Set.of(), List.of(), Optional.empty(), form);
    return policy.decide(subject(policy, claims), ask, DocumentedPolicy.NOW);
  }

  private static Allowed allowed(CompiledPolicy policy, Map<String, Object> claims, Form form) {
    return switch (decide(policy, claims, form)) {
      case Outcome.Ok<Allowed>(Allowed allowed) -> allowed;
      case Outcome.Refused<Allowed>(Refusal refusal) -> throw new AssertionError(refusal.why());
    };
  }
}
