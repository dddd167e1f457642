package dev.mayfly.credential.keycheck;

import io.smallrye.config.ConfigMapping;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Which keys are certified for nobody, whatever they are made of. */
@ConfigMapping(prefix = "mayfly.credential")
public interface KeyCheckConfig {

  /**
   * Lists of keys whose private parts are known to others, e.g. Debian's of 2008, as files read at
   * the start; docs/certificates.md says what a line may be. A key on one of them is certified for
   * nobody.
   */
  Optional<List<Path>> knownBadKeys();
}
