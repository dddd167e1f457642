package dev.mayfly.policy;

import java.util.Map;

/**
 * Who asks, proven.
 *
 * @param name the SPIFFE ID
 * @param attributes the verified claims
 */
public record Subject(String name, IdentityEntry entry, Map<String, Object> attributes) {}
