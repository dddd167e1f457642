package dev.mayfly.revocation;

import java.util.Map;

/** What a relying service is told of a token (RFC 7662 2.2). */
public sealed interface Introspection {

  /** The token is live, and the caller may know. */
  record Active(Map<String, Object> claims) implements Introspection {}

  /**
   * Unknown, foreign, expired or revoked: one answer for all, so that nothing can be learned of
   * which it was.
   */
  record Inactive() implements Introspection {}
}
