package dev.mayfly.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mayfly.Outcome;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings and form of the header in which a proxy hands on a certificate (RFC 9440). */
class ClientCertificatesTest {

  private static ClientCertificates with(Map<String, String> settings) {
    return new ClientCertificates(
        new SmallRyeConfigBuilder()
            .addDiscoveredConverters()
            .withMapping(ClientCertificateConfig.class)
            .withSources(new PropertiesConfigSource(settings, "test", 100))
            .build()
            .getConfigMapping(ClientCertificateConfig.class));
  }

  @Test
  void headerWithoutProxiesStopsTheStart() {
    assertThatThrownBy(() -> with(Map.of("mayfly.http.client-certificate.header", "Client-Cert")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mayfly.http.client-certificate.proxies");
  }

  @ParameterizedTest
  @ValueSource(strings = {"proxy.example", "10.0.0.0/40", "10.0.0.1,anybody"})
  void proxyThatIsNoAddressStopsTheStart(String proxies) {
    assertThatThrownBy(() -> with(Map.of("mayfly.http.client-certificate.proxies", proxies)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no address or CIDR");
  }

  @Test
  void nothingNeedsToBeSet() {
    assertThat(with(Map.of())).isNotNull();
    assertThat(with(Map.of("mayfly.http.client-certificate.proxies", "10.0.0.0/8,fd00::/8")))
        .isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "AAAA", ":AAAA:", ":A:", "::", ":not base64:", "-----BEGIN"})
  void whatIsNoCertificateIsRefused(String value) {
    assertThat(ClientCertificates.ofHeaders(List.of(value), List.of()))
        .isInstanceOf(Outcome.Refused.class);
  }

  @Test
  void secondValueIsRefused() {
    assertThat(ClientCertificates.ofHeaders(List.of(":AAAA:", ":AAAA:"), List.of()))
        .isInstanceOf(Outcome.Refused.class);
    assertThat(ClientCertificates.ofHeaders(List.of(), List.of())).isInstanceOf(Outcome.Ok.class);
  }
}
