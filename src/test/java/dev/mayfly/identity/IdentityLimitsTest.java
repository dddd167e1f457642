package dev.mayfly.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The room's settings: what they are when nobody sets them, and which ones stop the start. */
class IdentityLimitsTest {

  private static IdentityLimits with(Map<String, String> settings) {
    return IdentityLimits.of(
        new SmallRyeConfigBuilder()
            .addDiscoveredConverters()
            .withMapping(IdentityConfig.class)
            .withDefaultValues(settings)
            .build()
            .getConfigMapping(IdentityConfig.class));
  }

  @Test
  void defaultsAreThoseOfTheMapping() {
    assertThat(with(Map.of())).isEqualTo(IdentityLimits.defaults());
  }

  @Test
  void everySettingIsRead() {
    IdentityLimits limits =
        with(
            Map.ofEntries(
                Map.entry("mayfly.identity.assertion-max-length", "2000"),
                Map.entry("mayfly.identity.client-assertion-lifetime", "2m"),
                Map.entry("mayfly.identity.clock-skew", "0s"),
                Map.entry("mayfly.identity.dpop-proof-age", "30s"),
                Map.entry("mayfly.identity.dpop-proof-ahead", "1s"),
                Map.entry("mayfly.identity.dpop-nonces", "off"),
                Map.entry("mayfly.identity.keys-max-age", "3h"),
                Map.entry("mayfly.identity.keys-fresh-for", "4m"),
                Map.entry("mayfly.identity.keys-fresh-at-most", "5m"),
                Map.entry("mayfly.identity.keys-unknown-kid-interval", "6s"),
                Map.entry("mayfly.identity.keys-timeout", "7s"),
                Map.entry("mayfly.identity.keys-max-bytes", "8000"),
                Map.entry("mayfly.identity.keys-backoff-at-most", "9s"),
                Map.entry("mayfly.identity.review-warning", "10d"),
                Map.entry("mayfly.identity.remembered-ids", "11")));
    assertThat(limits)
        .isEqualTo(
            new IdentityLimits(
                2000,
                Duration.ofMinutes(2),
                Duration.ZERO,
                new IdentityLimits.Dpop(Duration.ofSeconds(30), Duration.ofSeconds(1), false),
                new IdentityLimits.Keys(
                    Duration.ofHours(3),
                    Duration.ofMinutes(4),
                    Duration.ofMinutes(5),
                    Duration.ofSeconds(6),
                    Duration.ofSeconds(7),
                    8000,
                    Duration.ofSeconds(9)),
                Duration.ofDays(10),
                11));
  }

  @ParameterizedTest
  @CsvSource({
    "assertion-max-length, 1000000",
    "assertion-max-length, 10",
    "client-assertion-lifetime, 1h",
    "client-assertion-lifetime, 0s",
    "clock-skew, 5m",
    "dpop-proof-age, 0s",
    "dpop-proof-age, 1h",
    "dpop-proof-ahead, 2m",
    "keys-max-age, 30d",
    "keys-fresh-for, 2h",
    "keys-fresh-at-most, 48h",
    "keys-unknown-kid-interval, 0s",
    "keys-timeout, 0s",
    "keys-timeout, 5m",
    "keys-max-bytes, 10",
    "keys-backoff-at-most, 0s",
    "remembered-ids, 0"
  })
  void unsafeSettingIsRefusedBySentence(String name, String value) {
    assertThatThrownBy(() -> with(Map.of("mayfly.identity." + name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mayfly.identity.")
        .hasMessageContaining(name);
  }
}
