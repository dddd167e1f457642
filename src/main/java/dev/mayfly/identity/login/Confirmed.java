package dev.mayfly.identity.login;

import dev.mayfly.identity.Proven;
import dev.mayfly.policy.LoginEntry;
import java.time.Instant;
import java.util.Optional;

/**
 * A login that the provider has confirmed.
 *
 * @param entry of the policy, the only one that these claims meet
 * @param proven who it is, with what the provider said of them, groups under {@code groups}
 * @param subject {@code sub} at the provider
 * @param session {@code sid} at the provider
 * @param authTime when the person proved who they are
 * @param refreshToken the provider's, sealed; by it the provider is asked again
 * @param goesOn where the browser goes now: a path of ours
 */
public record Confirmed(
    LoginEntry entry,
    Proven proven,
    String subject,
    Optional<String> session,
    Instant authTime,
    Optional<byte[]> refreshToken,
    String goesOn) {

  /** Without the claims. */
  @Override
  public String toString() {
    return "Confirmed[" + proven.name() + "]";
  }
}
