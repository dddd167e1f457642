package dev.mayfly.identity.login;

import java.time.Instant;

/**
 * A login under way at a provider.
 *
 * @param trust the id of the login
 * @param nonce what its ID token has to hold
 * @param verifier of PKCE (RFC 7636 4.1)
 * @param demand what was asked of it
 * @param goesOn where the browser goes when it is done: a path of ours
 * @param begun when
 */
record Attempt(
    String trust, String nonce, String verifier, Demand demand, String goesOn, Instant begun) {

  /** Without its secrets. */
  @Override
  public String toString() {
    return "Attempt[" + trust + "]";
  }
}
