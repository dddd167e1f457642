package dev.mayfly.policy;

/**
 * One thing that is wrong with a policy document, and where.
 *
 * @param code stable, described in {@code docs/policy.md}
 * @param line from 1; 0 when the document as a whole is meant
 * @param column from 1; 0 when the document as a whole is meant
 */
public record Finding(String code, Severity severity, int line, int column, String message) {

  /** Whether it keeps the policy from being activated. */
  public enum Severity {
    ERROR,
    WARNING
  }

  public boolean isError() {
    return severity == Severity.ERROR;
  }

  /** {@code 12:5 error open-subject: ...}, as a compiler would say it. */
  @Override
  public String toString() {
    String kind = isError() ? "error" : "warning";
    return "%d:%d %s %s: %s".formatted(line, column, kind, code, message);
  }
}
