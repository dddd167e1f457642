package dev.mayfly.grant.session;

import dev.mayfly.store.GrantId;

/**
 * A session that goes on.
 *
 * @param refreshToken for the next time, good once
 */
public record Renewed(GrantId session, String refreshToken) {

  /** Without the token. */
  @Override
  public String toString() {
    return "Renewed[" + session + "]";
  }
}
