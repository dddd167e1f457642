package dev.mayfly.revocation.list;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** How lists are published. {@link ListTimes} says which combinations are refused. */
@ConfigMapping(prefix = "mayfly.lists")
public interface ListsConfig {

  /** From a list's {@code iat} to its {@code exp}: how long lists outlast a lost database. */
  @WithDefault("1h")
  Duration life();

  /** How long before its {@code exp} a list is signed anew; half its life when absent. */
  Optional<Duration> resignBefore();

  /** The list's {@code ttl} claim: a relying service asks again after this. Whole seconds. */
  @WithDefault("1s")
  Duration ttl();

  /** How often a node looks for what no hint told it of. */
  @WithDefault("500ms")
  Duration reconcile();

  /**
   * A folder for every list and every authority's certificate and key as they are served, at the
   * paths at which they are served: for a web server or a copy elsewhere. It must exist and be
   * empty at first; several nodes may share it. Absent: none.
   */
  Optional<Path> files();
}
