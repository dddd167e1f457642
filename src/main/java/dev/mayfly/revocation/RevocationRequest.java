package dev.mayfly.revocation;

/**
 * Somebody's wish to revoke.
 *
 * @param reason why, in the words of who asked; goes into the audit log
 * @param actor the SPIFFE ID of who asked, or {@code system:...}
 * @param requestId of the HTTP request, or empty
 */
public record RevocationRequest(Target target, String reason, String actor, String requestId) {}
