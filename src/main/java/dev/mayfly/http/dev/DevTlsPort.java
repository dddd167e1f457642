package dev.mayfly.http.dev;

import dev.mayfly.DevelopmentMaterial;
import dev.mayfly.StartRefused;
import dev.mayfly.credential.x509.DevelopmentPort;
import dev.mayfly.store.Node;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigUtils;
import io.quarkus.tls.BaseTlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SSLOptions;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Lets a development broker's TLS port open by itself: before Quarkus listens it finds a key and a
 * certificate under the name that {@code quarkus.http.tls-configuration-name} has in the dev
 * profile. They are in memory only. A broker that runs for real has to be given its own.
 */
@ApplicationScoped
class DevTlsPort {

  static final String NAME = "mayfly-development";

  private static final Logger LOG = Logger.getLogger(DevTlsPort.class);
  private static final String SETTING = "quarkus.http.tls-configuration-name";
  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  private final DevelopmentPort port;
  private final TlsConfigurationRegistry registry;
  private final Optional<String> named;

  DevTlsPort(DevelopmentPort port, TlsConfigurationRegistry registry, VertxHttpConfig http) {
    this.port = port;
    this.registry = registry;
    this.named = http.tlsConfigurationName();
  }

  /** After the authorities have their certificates, and before anything listens. */
  void start(@Observes @Priority(Node.STARTS + 30) StartupEvent event) {
    if (isWanted(named, ConfigUtils.getProfiles())) {
      registry.register(NAME, new Held(made()));
    }
  }

  /** Whether the port is to open with what is made here; a start for real that says so ends. */
  static boolean isWanted(Optional<String> named, List<String> profiles) {
    boolean wanted = named.filter(NAME::equals).isPresent();
    if (wanted && DevelopmentMaterial.isForbidden(profiles)) {
      throw new StartRefused(
          "%s is %s, which is for development only; give the TLS port a certificate of its own, or leave it out"
              .formatted(SETTING, NAME));
    }
    return wanted;
  }

  private DevelopmentPort.Shown made() {
    DevelopmentPort.Shown shown =
        port.make()
            .await()
            .atMost(START_LIMIT)
            .orElseThrow(
                () ->
                    new StartRefused(
                        "no authority can sign a certificate for the TLS port yet; start with an"
                            + " empty -D%s= to leave the port closed".formatted(SETTING)));
    LOG.infof("TLS port: a certificate for localhost until %s", shown.expiresAt());
    return shown;
  }

  /** One key and certificate, for as long as the process lives. */
  private static final class Held extends BaseTlsConfiguration {

    private final KeyCertOptions options;

    Held(DevelopmentPort.Shown shown) {
      this.options =
          new PemKeyCertOptions()
              .setKeyValue(Buffer.buffer(shown.key()))
              .setCertValue(Buffer.buffer(shown.chain()));
    }

    @Override
    public String getName() {
      return NAME;
    }

    @Override
    public KeyCertOptions getKeyStoreOptions() {
      return options;
    }

    @Override
    public SSLOptions getSSLOptions() {
      return new SSLOptions().setKeyCertOptions(options);
    }
  }
}
