package dev.mayfly.grant;

/** Where a grant stands in its life (docs/concepts.md, "Grant"). */
public enum GrantState {
  REQUESTED,
  DENIED,
  CANCELLED,
  LAPSED,
  APPROVED,
  SCHEDULED,
  ACTIVE,
  EXPIRED,
  RELEASED,
  REVOKED;

  /** Nothing leads out of these. */
  public boolean isEnded() {
    return switch (this) {
      case REQUESTED, APPROVED, SCHEDULED, ACTIVE -> false;
      case DENIED, CANCELLED, LAPSED, EXPIRED, RELEASED, REVOKED -> true;
    };
  }
}
