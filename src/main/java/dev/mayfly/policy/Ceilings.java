package dev.mayfly.policy;

import java.time.Duration;

/**
 * What nothing in this policy exceeds (rule 4).
 *
 * @param jwt the longest life of a JWT
 * @param grant the longest life of a grant before it is renewed or ends
 * @param review the furthest a review date or an entitlement's end may lie ahead
 * @param reviewGrace how long after its review date an identity still mints
 */
public record Ceilings(Duration jwt, Duration grant, Duration review, Duration reviewGrace) {}
