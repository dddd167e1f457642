package dev.mayfly.revocation.crl;

import dev.mayfly.revocation.Target.Scope;
import dev.mayfly.revocation.list.Revoked;
import dev.mayfly.store.CredentialId;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The content of a shard: for each revoked certificate its id, when it came onto the list and why,
 * 25 bytes one after the other. What is there stays as it is (rule 6).
 *
 * <pre>
 *   id (16) | seconds since 1970 by the database's clock (8) | reason (1)
 * </pre>
 */
public final class CrlEntries {

  private static final int LENGTH = 2 * Long.BYTES + Long.BYTES + 1;

  private CrlEntries() {}

  /**
   * One entry.
   *
   * @param reason RFC 5280 5.3.1; empty for unspecified, which is left out
   */
  public record Entry(CredentialId id, Instant at, Optional<Integer> reason) {}

  static byte[] add(byte[] content, List<Revoked> revoked, Instant now) {
    Map<UUID, Revoked> fresh = new LinkedHashMap<>();
    revoked.forEach(one -> fresh.putIfAbsent(one.id().value(), one));
    read(content).forEach(present -> fresh.remove(present.id().value()));
    ByteBuffer all = ByteBuffer.allocate(content.length + fresh.size() * LENGTH).put(content);
    for (Revoked one : fresh.values()) {
      all.putLong(one.id().value().getMostSignificantBits())
          .putLong(one.id().value().getLeastSignificantBits())
          .putLong(now.getEpochSecond())
          .put((byte) reason(one.scope()));
    }
    return all.array();
  }

  /** In the order in which they came. */
  public static List<Entry> read(byte[] content) {
    ByteBuffer all = ByteBuffer.wrap(content);
    Entry[] entries = new Entry[content.length / LENGTH];
    Arrays.setAll(
        entries,
        i ->
            new Entry(
                new CredentialId(new UUID(all.getLong(), all.getLong())),
                Instant.ofEpochSecond(all.getLong()),
                Optional.of((int) all.get()).filter(reason -> reason != 0)));
    return List.of(entries);
  }

  /** RFC 5280 5.3.1. One that was revoked alone has its reason in the audit, in words. */
  private static int reason(Scope scope) {
    return switch (scope) {
      case CREDENTIAL -> 0; // unspecified
      case GRANT, IDENTITY -> 9; // privilegeWithdrawn
      case KEY -> 2; // cACompromise
    };
  }
}
