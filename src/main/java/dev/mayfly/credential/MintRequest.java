package dev.mayfly.credential;

import dev.mayfly.identity.Proven;
import dev.mayfly.policy.Ask;
import java.util.Optional;

/** A proven caller's wish for a credential. */
public record MintRequest(
    Proven proven, Ask ask, Optional<String> idempotencyKey, String requestId) {}
