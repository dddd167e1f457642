package dev.mayfly.credential;

/**
 * Too many requests wait for the ledger: the mint is told to come back (503, {@code Retry-After}).
 */
public final class LedgerBusy extends RuntimeException {

  private static final long serialVersionUID = 1L;

  LedgerBusy() {
    super("too many requests wait for the ledger", null, false, false);
  }
}
