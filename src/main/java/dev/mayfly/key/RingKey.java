package dev.mayfly.key;

import dev.mayfly.store.KeyId;
import java.security.PublicKey;
import java.time.Instant;

/**
 * A key of a ring as others see it.
 *
 * @param notAfter nothing it signs outlives this (rule 4)
 */
public record RingKey(
    KeyId id, RingName ring, KeyState state, Instant notAfter, PublicKey publicKey) {}
