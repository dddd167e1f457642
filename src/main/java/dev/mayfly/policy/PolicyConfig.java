package dev.mayfly.policy;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The settings of this room. */
@ConfigMapping(prefix = "mayfly.policy")
public interface PolicyConfig {

  /** The policy document; without one the node follows what the database has active. */
  Optional<Path> file();

  /** How often a node looks for a new version, in the database and in its file. */
  @WithDefault("2s")
  Duration refresh();
}
