package dev.mayfly.credential.x509;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

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

  /** Where the trust in certificates begins. */
  enum Root {
    SELF,
    IMPORT
  }
}
