package dev.mayfly.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** UUIDs as rows use them: time-ordered (UUIDv7, RFC 9562 5.7) for ids, hashes for look-up keys. */
public final class Uuids {

  private static final int CANONICAL_LENGTH = 36;

  private static final SecureRandom SECURE = new SecureRandom();

  private Uuids() {}

  /**
   * A fresh UUIDv7. Its time orders index pages; its random part only has to be unique, so the fast
   * generator will do. No decision rests on an id being secret.
   */
  public static UUID next(InstantSource clock) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return of(clock, random.nextInt(0x1000), random.nextLong());
  }

  /**
   * A fresh UUIDv7 whose 74 random bits nobody can tell beforehand: where it becomes a serial
   * number (CA/Browser Forum BR 7.1: at least 64 bits from a CSPRNG).
   */
  public static UUID unpredictable(InstantSource clock) {
    byte[] random = new byte[Short.BYTES + Long.BYTES];
    SECURE.nextBytes(random);
    ByteBuffer bits = ByteBuffer.wrap(random);
    return of(clock, bits.getShort() & 0xFFF, bits.getLong());
  }

  private static UUID of(InstantSource clock, int high, long low) {
    return new UUID(
        (clock.millis() << 16) | 0x7000L | high,
        (low & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L);
  }

  /** The least UUIDv7 of this millisecond: what was made before it sorts below. */
  public static UUID first(Instant at) {
    return new UUID((at.toEpochMilli() << 16) | 0x7000L, 0x8000_0000_0000_0000L);
  }

  /**
   * The time inside a UUIDv7, to the millisecond: prunes partitions when a row is looked up by id.
   */
  public static Instant timeOf(UUID id) {
    return Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16);
  }

  /** Strict: only the canonical form, which {@link UUID#fromString} alone does not insist on. */
  public static UUID parse(String text) {
    UUID id = UUID.fromString(text);
    if (text.length() != CANONICAL_LENGTH || !id.toString().equalsIgnoreCase(text)) {
      throw new IllegalArgumentException("not a UUID");
    }
    return id;
  }

  /**
   * The first 128 bits of SHA-256 over the parts, each with its length before it, so that no two
   * different lists of parts meet in one text.
   */
  public static UUID hash(String... parts) {
    MessageDigest sha256 = sha256();
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
      sha256.update(bytes);
    }
    ByteBuffer digest = ByteBuffer.wrap(sha256.digest());
    return new UUID(digest.getLong(), digest.getLong());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
