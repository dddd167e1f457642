package dev.mayfly.credential.x509;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the broker's own certificate authorities are named and where their trust begins. */
@ConfigMapping(prefix = "mayfly.x509")
public interface X509Config {

  /**
   * Who signs the root key's certificate: {@code self} for the broker, or {@code import} for the
   * organisation's own root, which signs the request that {@code mayfly ca csr} prints.
   */
  @WithDefault("self")
  Root root();

  /** What the authorities' common names begin with. */
  @WithDefault("Mayfly")
  String name();

  /**
   * How long before an imported root has to be followed by another the log begins to warn, once a
   * day. It has to be {@code mayfly.key.x509.lifetime} before its end, or that of one above it.
   */
  @WithDefault("30d")
  Duration rootWarning();

  /** Where the trust in certificates begins. */
  enum Root {
    SELF,
    IMPORT
  }
}
