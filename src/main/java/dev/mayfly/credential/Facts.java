package dev.mayfly.credential;

import dev.mayfly.store.CredentialId;
import dev.mayfly.store.GrantId;
import java.time.Instant;

/**
 * What the ledger holds of one credential and a signature may say: nothing else goes into it.
 *
 * @param subject SPIFFE ID
 * @param audience space-delimited
 * @param scope space-delimited
 */
public record Facts(
    CredentialId id,
    GrantId grant,
    String subject,
    String audience,
    String scope,
    Instant issuedAt,
    Instant expiresAt,
    Slot slot) {}
