package dev.mayfly.credential;

import dev.mayfly.identity.Proven;
import dev.mayfly.policy.Ask;
import java.util.Optional;

/**
 * A proven caller's wish for a credential.
 *
 * @param jkt thumbprint of the key that a DPoP proof was signed with: the credential is bound to it
 */
public record MintRequest(
    Proven proven,
    Ask ask,
    Optional<String> idempotencyKey,
    Optional<String> jkt,
    String requestId) {}
