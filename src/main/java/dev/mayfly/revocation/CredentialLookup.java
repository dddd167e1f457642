package dev.mayfly.revocation;

import dev.mayfly.store.CredentialId;
import dev.mayfly.store.Uuids;
import io.vertx.mutiny.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Where in the ledger a credential can stand, told from its id alone: partitions go by the end of
 * the credential's list, and the UUIDv7 tells when it was minted.
 */
public final class CredentialLookup {

  /** The minting node's clock made the id, the database's clock the list's end. */
  private static final Duration CLOCK_SKEW = Duration.ofHours(1);

  /** Partitions exist for seven days ahead, so no list can end later than the eighth. */
  private static final Duration FURTHEST_END = Duration.ofDays(8);

  private CredentialLookup() {}

  /** Parameters of {@code id = $1 AND list_ends_at >= $2 AND list_ends_at < $3}. */
  public static Tuple of(CredentialId credential) {
    Instant minted = Uuids.timeOf(credential.value());
    return Tuple.of(
        credential.value(), at(minted.minus(CLOCK_SKEW)), at(minted.plus(FURTHEST_END)));
  }

  private static OffsetDateTime at(Instant instant) {
    return instant.atOffset(ZoneOffset.UTC);
  }
}
