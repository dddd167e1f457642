package dev.mayfly.grant;

/**
 * Who moves a grant and why: half of the audit event that goes with it (rule 8).
 *
 * @param actor a SPIFFE ID, or {@code system:...}
 * @param cause a stable word, or an operator's reason
 * @param requestId of the HTTP request, or empty
 */
public record Because(String actor, String cause, String requestId) {}
