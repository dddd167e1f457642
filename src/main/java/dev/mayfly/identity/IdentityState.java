package dev.mayfly.identity;

/** Where an identity stands. One that leaves ACTIVE loses its grants in the same transaction. */
public enum IdentityState {
  ACTIVE,
  SUSPENDED,
  RETIRED;

  /** ACTIVE and SUSPENDED change into each other; only a SUSPENDED one retires, for good. */
  boolean mayBecome(IdentityState next) {
    return switch (this) {
      case ACTIVE -> next == SUSPENDED;
      case SUSPENDED -> next == ACTIVE || next == RETIRED;
      case RETIRED -> false;
    };
  }
}
