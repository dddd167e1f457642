package dev.mayfly.store;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long the database may be waited for. */
@ConfigMapping(prefix = "mayfly.store")
public interface StoreConfig {

  /**
   * How long one statement or transaction may take, its wait for a connection included; past it the
   * caller is told to come back (503), and PostgreSQL ends the statement. From 100ms to 20s.
   */
  @WithDefault("5s")
  Duration limit();
}
