package dev.mayfly.cli.broker;

/**
 * Why a command ends here: the exit code, what happened and what to do about it. The command line's
 * one exception for flow, caught in one place ({@code Mayfly}); checked, so that it cannot be
 * forgotten. Neither sentence ever holds a token, an assertion or a key.
 */
public final class Stop extends Exception {

  private static final long serialVersionUID = 1L;

  private final int exit;
  private final String code;
  private final String advice;

  private Stop(int exit, String code, String what, String advice) {
    super(what);
    this.exit = exit;
    this.code = code;
    this.advice = advice;
  }

  public static Stop usage(String what, String advice) {
    return new Stop(Exit.USAGE, "usage", what, advice);
  }

  public static Stop refused(String code, String what, String advice) {
    return new Stop(Exit.REFUSED, code, what, advice);
  }

  public static Stop notAuthenticated(String code, String what, String advice) {
    return new Stop(Exit.NOT_AUTHENTICATED, code, what, advice);
  }

  public static Stop unreachable(String code, String what, String advice) {
    return new Stop(Exit.UNREACHABLE, code, what, advice);
  }

  public int exit() {
    return exit;
  }

  /** The broker's stable code where it gave one. */
  public String code() {
    return code;
  }

  /** What to do; may be empty. */
  public String advice() {
    return advice;
  }
}
