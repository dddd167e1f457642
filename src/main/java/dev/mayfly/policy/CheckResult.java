package dev.mayfly.policy;

/**
 * What one condition or outside fact came to.
 *
 * @param name {@code condition}, {@code auto}, {@code use} (the role's condition at a mint) or
 *     {@code checks.NAME}
 * @param why one sentence when it is not met
 */
public record CheckResult(String name, Result result, String why) {

  /** Before the name of an outside fact. */
  static final String CHECKS = "checks.";

  /** Whether this is an outside fact rather than a condition. */
  public boolean isOutside() {
    return name.startsWith(CHECKS);
  }

  /** Only MET lets anything through; FAILED could not be evaluated (rule 10). */
  public enum Result {
    MET,
    NOT_MET,
    FAILED
  }
}
