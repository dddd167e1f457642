package dev.mayfly.identity.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The room's settings: what they are when nobody sets them, and which ones stop the start. */
class LoginLimitsTest {

  private static LoginLimits with(Map<String, String> settings) {
    return LoginLimits.of(
        new SmallRyeConfigBuilder()
            .addDiscoveredConverters()
            .withMapping(LoginConfig.class)
            .withDefaultValues(settings)
            .build()
            .getConfigMapping(LoginConfig.class));
  }

  @Test
  void defaultsAreSafe() {
    assertThat(with(Map.of()))
        .isEqualTo(
            new LoginLimits(
                Duration.ofMinutes(10),
                Duration.ofMinutes(10),
                Duration.ofSeconds(5),
                50,
                10,
                300,
                Duration.ofMinutes(2),
                Duration.ofHours(1),
                Duration.ofSeconds(30)));
  }

  @Test
  void everySettingIsRead() {
    assertThat(
            with(
                Map.of(
                    "mayfly.login.attempt-lasts", "12h",
                    "mayfly.login.device-lasts", "1h",
                    "mayfly.login.device-poll", "1s",
                    "mayfly.login.devices-each", "1",
                    "mayfly.login.wrong-codes-each", "2",
                    "mayfly.login.wrong-codes-together", "3",
                    "mayfly.login.vouched-for", "0s",
                    "mayfly.login.unvouched-lasts", "12h",
                    "mayfly.login.renewal-grace", "0s")))
        .isEqualTo(
            new LoginLimits(
                Duration.ofHours(12),
                Duration.ofHours(1),
                Duration.ofSeconds(1),
                1,
                2,
                3,
                Duration.ZERO,
                Duration.ofHours(12),
                Duration.ZERO));
  }

  /** That a login was used would be forgotten before its end, or could not be kept at all. */
  @ParameterizedTest
  @CsvSource({
    "attempt-lasts, 43201s",
    "attempt-lasts, 0s",
    "attempt-lasts, -1s",
    "device-lasts, 3601s",
    "device-lasts, 0s",
    "device-poll, 999ms",
    "device-poll, 10m",
    "devices-each, 0",
    "wrong-codes-each, 0",
    "wrong-codes-together, 9",
    "vouched-for, -1s",
    "vouched-for, 3601s",
    "unvouched-lasts, 0s",
    "unvouched-lasts, 43201s",
    "renewal-grace, 301s",
    "renewal-grace, -1s",
  })
  void startIsRefused_whenASettingIsUnsafe(String name, String value) {
    Map<String, String> settings = Map.of("mayfly.login." + name, value);
    assertThatThrownBy(() -> with(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mayfly.login." + name + " must be");
  }
}
