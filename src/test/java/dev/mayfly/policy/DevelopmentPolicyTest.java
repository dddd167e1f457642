package dev.mayfly.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWK;
import dev.mayfly.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DevelopmentPolicyTest {

  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Path FOLDER = Path.of("keys-dev");

  @Test
  void developmentPolicyIsClean_whenJudged() throws IOException {
    PolicyDocument.Judged judged = judge(NOW);
    assertThat(judged.findings()).isEmpty();
    assertThat(judged.isClean()).isTrue();
  }

  @Test
  void developmentPolicyStillWorks_whenClonedYearsLater() throws IOException {
    assertThat(judge(Instant.parse("2040-01-01T00:00:00Z")).findings()).isEmpty();
  }

  @Test
  void everyDateThatPassedSaysWhatToDo_whenClonedTooLate() throws IOException {
    PolicyDocument.Judged judged = judge(Instant.parse("2043-01-01T00:00:00Z"));
    assertThat(judged.isClean()).isFalse();
    assertThat(judged.findings())
        .isNotEmpty()
        .allSatisfy(finding -> assertThat(finding.message()).contains("set the next date"));
  }

  @Test
  void everyClientHasItsKeyBesideThePolicy_whenADemoNeedsIt() throws Exception {
    Policy policy = judge(NOW).policy().orElseThrow();
    for (IdentityEntry entry : policy.identities().values()) {
      if (entry.proving() instanceof Proving.PrivateKeyJwt client) {
        JWK key = JWK.parse(Files.readString(FOLDER.resolve(entry.id() + ".jwk.json")));
        assertThat(key.isPrivate()).isTrue();
        assertThat(client.keys().getKeyByKeyId(key.getKeyID()).computeThumbprint())
            .isEqualTo(key.computeThumbprint());
      }
    }
  }

  /** Whose role has to be named, since tokens come of two: readers of the docs name no other's. */
  private static final Set<String> NAMES_ITS_ROLE = Set.of("till");

  @Test
  void everyStandingEntitlementDecidesToItsRole_whenNothingElseIsNamed() throws IOException {
    CompiledPolicy compiled =
        CompiledPolicy.of(judge(NOW).policy().orElseThrow(), "http://localhost:8480");
    for (Entitlement entitlement : compiled.policy().entitlements()) {
      if (entitlement.type() == Entitlement.Type.ELIGIBLE) {
        continue;
      }
      Role role = compiled.role(entitlement.role()).orElseThrow();
      Form form = role.audiences().isEmpty() ? Form.X509 : Form.TOKEN;
      Optional<String> named =
          Optional.of(role.id()).filter(id -> NAMES_ITS_ROLE.contains(entitlement.identity()));
      Ask everything = new Ask(named, Set.of(), List.of(), Optional.empty(), form);
      IdentityEntry entry = compiled.policy().identities().get(entitlement.identity());
      Subject subject =
          new Subject("spiffe://shop.test/x", entry, Map.of("ref", "refs/heads/main"));
      assertThat(compiled.decide(subject, everything, NOW))
          .isInstanceOfSatisfying(
              Outcome.Ok.class,
              ok -> assertThat(((Allowed) ok.value()).role().id()).isEqualTo(entitlement.role()));
    }
  }

  private static PolicyDocument.Judged judge(Instant now) throws IOException {
    return PolicyDocument.judge(Files.readString(FOLDER.resolve("policy.yaml")), now);
  }
}
