package dev.mayfly.policy;

import java.net.URI;
import java.time.Duration;

/**
 * An outside fact, asked for by HTTP; no answer in time is no yes.
 *
 * @param name {@code checks.NAME} in the conditions
 */
public record Check(String name, URI url, Duration timeout) {}
