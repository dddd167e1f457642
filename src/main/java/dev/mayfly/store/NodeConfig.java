package dev.mayfly.store;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the nodes of one installation know that each other live. */
@ConfigMapping(prefix = "mayfly.node")
public interface NodeConfig {

  /** How often a node says that it lives. */
  @WithDefault("2s")
  Duration heartbeat();

  /** A node not heard of for this long is dead: nothing waits for it any more. */
  @WithDefault("10s")
  Duration deadAfter();
}
