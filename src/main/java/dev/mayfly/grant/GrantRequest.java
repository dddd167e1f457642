package dev.mayfly.grant;

import dev.mayfly.store.IdentityId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What somebody asks for and somebody else decides.
 *
 * @param duration how long the grant lives once active
 * @param startsAt not before this; at once when absent
 * @param authorityEndsAt where the entitlement ends
 */
public record GrantRequest(
    IdentityId identity,
    String role,
    String reason,
    Duration duration,
    Optional<Instant> startsAt,
    Instant authorityEndsAt,
    long policyVersion) {}
