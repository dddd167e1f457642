package dev.mayfly.policy;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * What may be given.
 *
 * @param audiences of the credential, sorted, never empty; of a certificate, its names
 * @param scopes of the credential, sorted, never empty; of a certificate, its profile
 * @param ttl of the credential at most: its grant and key may end earlier (rule 4)
 * @param grant how long a standing grant lives before it is renewed
 * @param authorityEndsAt no grant reaches past it: the entitlement's end, or the identity's review
 *     date with its grace, whichever is first
 */
public record Allowed(
    Role role,
    Entitlement entitlement,
    Set<String> audiences,
    Set<String> scopes,
    Duration ttl,
    Duration grant,
    Instant authorityEndsAt) {}
