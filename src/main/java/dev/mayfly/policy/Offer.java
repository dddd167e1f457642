package dev.mayfly.policy;

/**
 * A role that a person may request.
 *
 * @param approval who decides, as a person reads it
 */
public record Offer(Role role, Entitlement entitlement, String approval) {}
