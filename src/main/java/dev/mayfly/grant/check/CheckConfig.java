package dev.mayfly.grant.check;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** With which secrets, and how many at a time, outside facts are asked for. */
@ConfigMapping(prefix = "mayfly.grant")
public interface CheckConfig {

  /** How many questions a node asks of one check at the same time; one more has no answer. */
  @WithDefault("64")
  int checksAtOnce();

  /** How many of these may be for one person's acts, so that nobody takes everybody's. */
  @WithDefault("12")
  int checksEach();

  /** By the check's name in the policy; one that is not here is not asked, and so has no answer. */
  Map<String, Named> checks();

  /** What the policy's checks of one name need. */
  interface Named {

    /**
     * A file that only the broker's user may read: the secrets that questions are signed with, one
     * {@code whsec_...} a line; each signs.
     */
    Optional<Path> secretFile();

    /** Whether the check may lie on this machine or in a private network. */
    @WithDefault("false")
    boolean privateAddresses();
  }
}
