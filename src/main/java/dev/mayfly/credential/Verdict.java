package dev.mayfly.credential;

import java.time.Instant;

/** What the ledger said of one {@link Entry}. */
public sealed interface Verdict {

  /** Committed. The times are the database's; nothing may be signed that says otherwise. */
  record Recorded(Instant issuedAt, Instant expiresAt) implements Verdict {}

  /** The same Idempotency-Key was served before: deliver that credential again. */
  record Redeliver() implements Verdict {}

  /** Not recorded. */
  record Rejected(Reason reason) implements Verdict {}

  /** Why an entry was not recorded; the first that applies. */
  enum Reason {
    /** Idempotency-Key used before for another question. */
    IDEMPOTENCY_MISMATCH,
    /** The identity is not ACTIVE or past its review. */
    IDENTITY,
    /** Another policy version is active by now: decide again. */
    POLICY,
    /** The grant is not live. */
    GRANT,
    /** The grant ends before the credential would, and can be renewed. */
    RENEW,
    /** The key is not the ACTIVE one by now. */
    KEY,
    /** The list cannot carry this expiry. */
    LIST,
    /** What is left of grant or key is less than a second. */
    ENDED,
    /** The assertion was used before. */
    REPLAYED,
    /** Another request with this Idempotency-Key won in this very moment. Our assertion is used. */
    IDEMPOTENCY_RACE
  }
}
