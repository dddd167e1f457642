package dev.mayfly.cli.broker;

/** The exit codes, which scripts rely on; described in {@code docs/cli.md}. */
public final class Exit {

  /** Done. */
  public static final int OK = 0;

  /** A defect, or a surprise that no other code fits. */
  public static final int UNEXPECTED = 1;

  /** The command line is wrong; nothing was tried. */
  public static final int USAGE = 2;

  /** The answer is no: refused by the broker, token invalid, policy with errors, nothing found. */
  public static final int REFUSED = 3;

  /** The broker does not believe who is asking. */
  public static final int NOT_AUTHENTICATED = 4;

  /** The broker cannot be reached or cannot answer now. Trying again may help. */
  public static final int UNREACHABLE = 5;

  private Exit() {}
}
