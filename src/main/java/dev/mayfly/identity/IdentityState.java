package dev.mayfly.identity;

/** Where an identity stands. One that leaves ACTIVE loses its grants in the same transaction. */
public enum IdentityState {
  ACTIVE,
  SUSPENDED,
  RETIRED;

  /**
   * ACTIVE and SUSPENDED change into each other; either retires, for good, when the policy no
   * longer has it: nobody need suspend first what nobody vouches for any more.
   */
  boolean mayBecome(IdentityState next) {
    return switch (this) {
      case ACTIVE -> next == SUSPENDED || next == RETIRED;
      case SUSPENDED -> next == ACTIVE || next == RETIRED;
      case RETIRED -> false;
    };
  }
}
