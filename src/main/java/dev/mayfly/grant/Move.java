package dev.mayfly.grant;

import static dev.mayfly.grant.GrantState.ACTIVE;
import static dev.mayfly.grant.GrantState.APPROVED;
import static dev.mayfly.grant.GrantState.REQUESTED;
import static dev.mayfly.grant.GrantState.SCHEDULED;

import java.util.Set;

/**
 * The arrows of the grant machine: from where to where. What the clock must say for an arrow to be
 * open is part of the statement in {@link GrantMachine}, because the database's clock decides.
 */
@SuppressWarnings("ImmutableEnumChecker") // Set.of is immutable, its type does not say so
public enum Move {
  DENY(GrantState.DENIED, Set.of(REQUESTED)),
  APPROVE(APPROVED, Set.of(REQUESTED)),
  CANCEL(GrantState.CANCELLED, Set.of(REQUESTED, APPROVED, SCHEDULED)),
  /** Nobody decided, nobody activated, or the authority ended before the scheduled start. */
  LAPSE(GrantState.LAPSED, Set.of(REQUESTED, APPROVED, SCHEDULED)),
  SCHEDULE(SCHEDULED, Set.of(APPROVED)),
  ACTIVATE(ACTIVE, Set.of(APPROVED, SCHEDULED)),
  EXPIRE(GrantState.EXPIRED, Set.of(ACTIVE)),
  /** Given back early by its holder. */
  RELEASE(GrantState.RELEASED, Set.of(ACTIVE)),
  /** Taken away. */
  REVOKE(GrantState.REVOKED, Set.of(APPROVED, SCHEDULED, ACTIVE));

  private final GrantState to;
  private final Set<GrantState> from;

  Move(GrantState to, Set<GrantState> from) {
    this.to = to;
    this.from = from;
  }

  public GrantState to() {
    return to;
  }

  public Set<GrantState> from() {
    return from;
  }

  /** The audit action: {@code grant.approve}. */
  String action() {
    return "grant." + name().toLowerCase(java.util.Locale.ROOT);
  }
}
