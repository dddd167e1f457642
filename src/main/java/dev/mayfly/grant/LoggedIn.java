package dev.mayfly.grant;

import dev.mayfly.identity.Proven;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A login that the provider has confirmed, about to become a session.
 *
 * @param proven who it is; the attributes are the verified claims, with the groups under {@code
 *     groups}
 * @param role the session role of the identity's entry
 * @param trust the id of the trust that vouches
 * @param issuer the provider
 * @param subject {@code sub} at the provider
 * @param providerSession {@code sid} at the provider, for its logout
 * @param authTime when the person proved who they are
 * @param lasts how long the session lives at most
 * @param authorityEndsAt the identity's review date with its grace: no session reaches past it
 */
public record LoggedIn(
    Proven proven,
    String role,
    String trust,
    String issuer,
    String subject,
    Optional<String> providerSession,
    Instant authTime,
    Duration lasts,
    Instant authorityEndsAt) {

  /** Without the claims. */
  @Override
  public String toString() {
    return "LoggedIn[" + proven.name() + "]";
  }
}
