package dev.mayfly.policy;

import java.util.Locale;

/**
 * Every code a finding can have. They are stable: scripts and reviews refer to them. {@code
 * docs/policy.md} describes each with an example, and a test runs those examples.
 */
public enum FindingCode {
  // The form of the document.
  YAML_SYNTAX,
  YAML_ALIAS,
  YAML_TAG,
  TOO_LARGE,
  DUPLICATE_KEY,
  UNKNOWN_KEY,
  MISSING_KEY,
  WRONG_TYPE,
  BAD_VALUE,
  BAD_NAME,
  BAD_DURATION,
  BAD_DATE,
  BAD_URI,
  BAD_SPIFFE_ID,
  BAD_KEY,
  BAD_CERTIFICATE,
  PRIVATE_KEY,
  SYMMETRIC_KEY,
  // What it says.
  AGENT_ENTITLEMENT,
  APPROVAL_TOO_LARGE,
  BAD_INPUT,
  BROKEN_CONDITION,
  BROKER_AUDIENCE,
  CEILING_TOO_HIGH,
  DUPLICATE_ENTITLEMENT,
  DUPLICATE_SPIFFE_ID,
  ELIGIBLE_WITHOUT_REQUEST,
  GRANT_PAST_CEILING,
  INSECURE_URI,
  NO_APPROVAL,
  NO_OPERATOR,
  OPEN_SUBJECT,
  OUTSIDE_TRUST_DOMAIN,
  OVERLAPPING_FEDERATION,
  REQUEST_BOUNDS,
  REQUEST_PAST_CEILING,
  REVIEW_OVERDUE,
  REVIEW_PAST_CEILING,
  ROLE_WITHOUT_ENTITLEMENT,
  SESSION_ROLE,
  SHARED_GROUPS,
  SHARED_KEY,
  SHARED_TRUST_DOMAIN,
  TTL_PAST_CEILING,
  UNKNOWN_AGENT,
  UNKNOWN_ROLE,
  UNKNOWN_TRUST,
  UNREACHABLE_ENTITLEMENT,
  UNTIL_PAST_CEILING,
  UNUSED_CHECK,
  UNUSABLE_ALGORITHM,
  WEAK_KEY,
  WILDCARD;

  /** As findings and documents write it: {@code open-subject}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
