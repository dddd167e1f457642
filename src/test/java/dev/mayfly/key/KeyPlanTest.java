package dev.mayfly.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeyPlanTest {

  @Test
  void defaultsAreTheDesigns() {
    KeyConfig config = config(Map.of());
    KeyPlan plan = new KeyPlan(config);
    assertThat(plan.rings().stream().map(ring -> ring.name() + " " + ring.lifetime()).toList())
        .containsExactly(
            "jwt/ES256 PT24H",
            "jwt/RS256 PT24H",
            "jwt/Ed25519 PT24H",
            "statuslist/ES256 PT720H",
            "root/ES256 PT87600H",
            "x509/ES256 PT168H",
            "ocsp/ES256 PT720H",
            "sshuser/Ed25519 PT2160H",
            "sshhost/Ed25519 PT2160H");
    assertThat(plan.lead()).isEqualTo(Duration.ofMinutes(6));
    Ring jwt = plan.ring(SimulatedNodes.JWT).orElseThrow();
    assertThat(jwt.prepareBefore()).isEqualTo(Duration.ofHours(12));
    assertThat(jwt.handoverBefore()).isEqualTo(Duration.ofHours(4));
    assertThat(config.refresh()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.tick()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.kekFile()).isEmpty();
  }

  @Test
  void postQuantumKeysSignCertificates_andNoTokens() {
    assertThat(
            new KeyPlan(
                    config(
                        Map.of("mayfly.key.rings", "root/ML-DSA-65,x509/ML-DSA-65,ocsp/ML-DSA-65")))
                .rings())
        .hasSize(3);
    for (String ring : List.of("jwt/ML-DSA-65", "statuslist/ML-DSA-65", "sshuser/ML-DSA-65")) {
      assertThatThrownBy(() -> new KeyPlan(config(Map.of("mayfly.key.rings", ring))))
          .hasMessageContaining("ML-DSA-65 signs certificates, CRLs and OCSP answers alone");
    }
  }

  @Test
  void everySettingIsRead() {
    KeyConfig config =
        config(
            Map.ofEntries(
                Map.entry("mayfly.key.rings", "jwt/ES256"),
                Map.entry("mayfly.key.jwt.lifetime", "12h"),
                Map.entry("mayfly.key.jwt.longest", "30m"),
                Map.entry("mayfly.key.statuslist.lifetime", "10d"),
                Map.entry("mayfly.key.statuslist.longest", "1h"),
                Map.entry("mayfly.key.refresh-hint", "10s"),
                Map.entry("mayfly.key.jwks-max-age", "90s"),
                Map.entry("mayfly.key.skew", "30s"),
                Map.entry("mayfly.key.refresh", "1s"),
                Map.entry("mayfly.key.tick", "3s"),
                Map.entry("mayfly.key.kek-file", "/run/kek"),
                Map.entry("mayfly.key.previous-kek-files", "/run/a,/run/b")));
    assertThat(config.rings()).containsExactly("jwt/ES256");
    assertThat(config.jwt().lifetime()).isEqualTo(Duration.ofHours(12));
    assertThat(config.jwt().longest()).isEqualTo(Duration.ofMinutes(30));
    assertThat(config.statuslist().lifetime()).isEqualTo(Duration.ofDays(10));
    assertThat(config.statuslist().longest()).isEqualTo(Duration.ofHours(1));
    assertThat(config.refreshHint()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.jwksMaxAge()).isEqualTo(Duration.ofSeconds(90));
    assertThat(config.skew()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.refresh()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.tick()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.kekFile()).contains(Path.of("/run/kek"));
    assertThat(config.previousKekFiles().orElseThrow())
        .isEqualTo(List.of(Path.of("/run/a"), Path.of("/run/b")));
    assertThat(new KeyPlan(config).lead()).isEqualTo(Duration.ofMinutes(2));
  }

  @Test
  void ttlOfExactlyASixthIsAllowed_andASecondMoreIsRefused() {
    TestKeyConfig config = TestKeyConfig.of("jwt/ES256");
    Duration day = Duration.ofHours(24);
    Duration sixth = Duration.ofHours(4);
    assertThatCode(() -> new KeyPlan(config.withLifetime(day, sixth))).doesNotThrowAnyException();
    assertThat(
            new KeyPlan(config.withLifetime(day, sixth))
                .ring(SimulatedNodes.JWT)
                .orElseThrow()
                .handoverBefore())
        .as("TTL + skew is more than L/6")
        .isEqualTo(sixth.plusMinutes(1));
    assertThatThrownBy(() -> new KeyPlan(config.withLifetime(day, sixth.plusSeconds(1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mayfly.key.jwt.lifetime");
  }

  @Test
  void leadThatDoesNotFitBetweenPrepareAndHandoverIsRefused() {
    TestKeyConfig config =
        TestKeyConfig.of("jwt/ES256").withLifetime(Duration.ofHours(1), Duration.ofMinutes(5));
    // L/2 - L/6 = 20 minutes; the lead is max-age plus a minute of skew.
    assertThatCode(() -> new KeyPlan(config.withMaxAge(Duration.ofMinutes(19))))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> new KeyPlan(config.withMaxAge(Duration.ofSeconds(19 * 60 + 1))))
        .hasMessageContaining("mayfly.key.jwks-max-age");
  }

  @Test
  void unknownOrRepeatedRingsAreRefusedByName() {
    assertThatThrownBy(() -> new KeyPlan(TestKeyConfig.of("jwt/EdDSA")))
        .hasMessageContaining("jwt/EdDSA");
    assertThatThrownBy(() -> new KeyPlan(TestKeyConfig.of("jwt"))).hasMessageContaining("'jwt'");
    assertThatThrownBy(() -> new KeyPlan(TestKeyConfig.of("crl/ES256")))
        .hasMessageContaining("crl");
    assertThatThrownBy(() -> new KeyPlan(TestKeyConfig.of("jwt/ES256", "jwt/ES256")))
        .hasMessageContaining("twice");
    assertThatThrownBy(() -> new KeyPlan(TestKeyConfig.of())).hasMessageContaining("empty");
  }

  private static KeyConfig config(Map<String, String> properties) {
    return new SmallRyeConfigBuilder()
        .withSources(new PropertiesConfigSource(properties, "test", 100))
        .addDefaultInterceptors()
        .addDiscoveredConverters()
        .withMapping(KeyConfig.class)
        .build()
        .getConfigMapping(KeyConfig.class);
  }
}
