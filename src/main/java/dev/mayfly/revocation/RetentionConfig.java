package dev.mayfly.revocation;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long what has ended is kept. It goes by whole partitions, so up to a day later. */
@ConfigMapping(prefix = "mayfly.retention")
public interface RetentionConfig {

  /** Credentials after the end of their list, and retired lists. */
  @WithDefault("30d")
  Duration credentials();

  /** Audit events. */
  @WithDefault("400d")
  Duration audit();

  /** Messages in the outbox. */
  @WithDefault("30d")
  Duration outbox();
}
