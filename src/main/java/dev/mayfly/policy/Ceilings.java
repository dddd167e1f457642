package dev.mayfly.policy;

import java.time.Duration;

/**
 * What nothing in this policy exceeds (rule 4).
 *
 * @param jwt the longest life of a JWT
 * @param x509 the longest life of an X.509 certificate; as for a JWT when the policy is silent
 * @param ssh the longest life of an SSH certificate; as for a JWT when the policy is silent
 * @param grant the longest life of a grant before it is renewed or ends
 * @param review the furthest a review date or an entitlement's end may lie ahead
 * @param reviewGrace how long after its review date an identity still mints
 */
public record Ceilings(
    Duration jwt,
    Duration x509,
    Duration ssh,
    Duration grant,
    Duration review,
    Duration reviewGrace) {

  /** For tokens; certificates live no longer. */
  public Ceilings(Duration jwt, Duration grant, Duration review, Duration reviewGrace) {
    this(jwt, jwt, jwt, grant, review, reviewGrace);
  }
}
