package dev.mayfly.policy;

/**
 * An identity that acts for people.
 *
 * @param name the SPIFFE ID
 * @param entry of kind AGENT
 */
public record Agent(String name, IdentityEntry entry) {}
