package dev.mayfly.http.dev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.StartRefused;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The certificate that a development broker makes itself is for development. */
class DevTlsPortTest {

  private static final Optional<String> OURS = Optional.of("mayfly-development");

  @Test
  void certificateIsMade_whereTheDevelopmentProfileNamesIt() {
    assertThat(DevTlsPort.isWanted(OURS, List.of("dev"))).isTrue();
    assertThat(DevTlsPort.isWanted(OURS, List.of("test"))).isTrue();
  }

  @Test
  void nothingIsMade_whereTheOperatorNamesAnotherOrNone() {
    for (String profile : List.of("dev", "prod")) {
      assertThat(DevTlsPort.isWanted(Optional.empty(), List.of(profile))).isFalse();
      assertThat(DevTlsPort.isWanted(Optional.of("edge"), List.of(profile))).isFalse();
    }
  }

  @Test
  void startForRealIsRefused_whenItNamesIt() {
    for (List<String> profiles :
        List.of(List.<String>of(), List.of("prod"), List.of("staging"), List.of("dev", "prod"))) {
      assertThatThrownBy(() -> DevTlsPort.isWanted(OURS, profiles))
          .isInstanceOf(StartRefused.class)
          .hasMessageContaining("quarkus.http.tls-configuration-name")
          .hasMessageContaining("for development only");
    }
  }
}
