package dev.mayfly.credential;

import dev.mayfly.store.CredentialId;
import dev.mayfly.store.GrantId;
import java.time.Instant;
import java.util.Optional;

/**
 * What the ledger holds of one credential and a signature may say: nothing else goes into it.
 *
 * @param subject SPIFFE ID
 * @param audience space-delimited
 * @param scope space-delimited
 * @param jkt thumbprint of the key it is bound to (RFC 9449 6.1); none: whoever holds it may use it
 */
public record Facts(
    CredentialId id,
    GrantId grant,
    String subject,
    String audience,
    String scope,
    Instant issuedAt,
    Instant expiresAt,
    Slot slot,
    Optional<String> jkt) {}
