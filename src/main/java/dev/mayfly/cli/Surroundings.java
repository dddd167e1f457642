package dev.mayfly.cli;

import dev.mayfly.cli.screen.Screen;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;

/**
 * The process around a command: handed in, so that a test can be another process.
 *
 * @param asking whether a person sits at {@code in} and can be asked
 */
record Surroundings(
    Map<String, String> environment,
    InstantSource clock,
    ZoneId zone,
    InputStream in,
    boolean asking,
    Screen screen,
    Pause pause) {

  /** How a command lets time pass. */
  interface Pause {
    void lasting(Duration time) throws InterruptedException;
  }

  /** A variable that is set to something. */
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name)).filter(value -> !value.isBlank());
  }

  /** Where caches belong (XDG Base Directory Specification). */
  Path cacheFolder() {
    return folder("XDG_CACHE_HOME", ".cache");
  }

  /** Where what must not be lost belongs, but on this machine only (XDG, as above). */
  Path stateFolder() {
    return folder("XDG_STATE_HOME", ".local/state");
  }

  private Path folder(String variable, String usual) {
    return variable(variable)
        .map(Path::of)
        .filter(Path::isAbsolute)
        .orElseGet(() -> home().resolve(usual))
        .resolve("mayfly");
  }

  private Path home() {
    return Path.of(variable("HOME").orElse(System.getProperty("user.home")));
  }
}
