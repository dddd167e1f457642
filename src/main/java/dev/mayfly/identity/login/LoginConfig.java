package dev.mayfly.identity.login;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** What an operator may set about people's logins. */
@ConfigMapping(prefix = "mayfly.login")
public interface LoginConfig {

  /**
   * Where the broker's client secret at a provider is read from, one setting for each trust: {@code
   * secret-file.TRUST}. Without one the client is public and shows PKCE alone.
   */
  Map<String, Path> secretFile();

  /** How long a person may take at the provider; at most 12h. */
  @WithDefault("10m")
  Duration attemptLasts();

  /** How long a device waits for its person to confirm it (RFC 8628 3.2, {@code expires_in}). */
  @WithDefault("10m")
  Duration deviceLasts();

  /** How often a device may ask whether it was confirmed (RFC 8628 3.2, {@code interval}). */
  @WithDefault("5s")
  Duration devicePoll();

  /** How many device logins may wait at a time that were begun from one address; IPv6: one /64. */
  @WithDefault("50")
  int devicesEach();

  /** How many wrong device codes one person may enter in ten minutes. */
  @WithDefault("10")
  int wrongCodesEach();

  /** How many wrong device codes all people together may enter in ten minutes. */
  @WithDefault("300")
  int wrongCodesTogether();

  /** For how long a provider's word for a browser's session is taken before it is asked again. */
  @WithDefault("2m")
  Duration vouchedFor();

  /** How long a session lasts at most whose provider gave no refresh token to ask it again with. */
  @WithDefault("1h")
  Duration unvouchedLasts();

  /** How long a refresh token is good once more, should its answer have been lost. */
  @WithDefault("30s")
  Duration renewalGrace();
}
