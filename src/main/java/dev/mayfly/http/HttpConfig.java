package dev.mayfly.http;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What the edge may be told. */
@ConfigMapping(prefix = "mayfly.http")
public interface HttpConfig {

  /** How long the server's metadata may be cached. */
  @WithDefault("1h")
  Duration metadataMaxAge();

  /** The longest a reader of a list may wait for news (RFC 7240 4.3). */
  @WithDefault("30s")
  Duration longestWait();

  /** How long one health check waits for the database. */
  @WithDefault("2s")
  Duration healthPatience();

  /** How long the database may be asked by one request of an operator. */
  @WithDefault("10s")
  Duration databasePatience();
}
