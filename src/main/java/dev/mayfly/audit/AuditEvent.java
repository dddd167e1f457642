package dev.mayfly.audit;

import dev.mayfly.store.GrantId;
import dev.mayfly.store.IdentityId;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * One change of state (rule 8). Its id and time are given by the database when it is written.
 *
 * @param action what was done, noun.verb: {@code grant.activate}, {@code revocation.publish}
 * @param actor who did it: a SPIFFE ID, or {@code system:reaper}, {@code system:policy}
 * @param cause why: a stable word or an operator's reason, never a secret
 * @param subject what it was done to, {@code kind:id}
 * @param policyVersion the version that decided
 * @param requestId of the HTTP request that led here, or empty
 * @param detail further facts; never a token, an assertion or a private key
 */
public record AuditEvent(
    String action,
    Result result,
    String actor,
    String cause,
    String subject,
    Optional<IdentityId> identity,
    Optional<GrantId> grant,
    long policyVersion,
    String requestId,
    JsonObject detail) {

  /** How it ended. */
  public enum Result {
    SUCCESS,
    DENIED,
    FAILED
  }
}
