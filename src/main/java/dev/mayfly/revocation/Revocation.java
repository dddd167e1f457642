package dev.mayfly.revocation;

import dev.mayfly.store.RevocationId;
import java.time.Instant;
import java.util.Optional;

/**
 * The fact that something is no longer to be believed, and how far the news has come.
 *
 * @param at when it was committed, by the database's clock
 * @param listedAt when a publication carried it
 * @param everywhereAt when every live node served that publication
 */
public record Revocation(
    RevocationId id,
    Instant at,
    Target target,
    String byWhom,
    String reason,
    Optional<Instant> listedAt,
    Optional<Instant> everywhereAt) {}
