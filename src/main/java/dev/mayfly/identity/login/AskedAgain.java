package dev.mayfly.identity.login;

import java.util.Map;
import java.util.Optional;

/** What a provider says of somebody who has been logged in for a while. */
public sealed interface AskedAgain {

  /**
   * They are still logged in there.
   *
   * @param claims as they are now, groups under {@code groups}
   * @param refreshToken for the next time, sealed; empty: the one that was used
   */
  record Still(Map<String, Object> claims, Optional<byte[]> refreshToken) implements AskedAgain {

    /** Without the claims. */
    @Override
    public String toString() {
      return "Still";
    }
  }

  /** It vouches for them no longer: logged out, locked, removed. */
  record Refused() implements AskedAgain {}

  /** It did not answer, or not with sense. */
  record Silent() implements AskedAgain {}
}
