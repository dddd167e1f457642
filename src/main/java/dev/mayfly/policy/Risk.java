package dev.mayfly.policy;

/** What a role could do in the wrong hands, as its owner judges it. */
public enum Risk {
  LOW,
  MEDIUM,
  HIGH
}
