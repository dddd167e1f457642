package dev.mayfly.revocation.krl;

import dev.mayfly.credential.ssh.SshPublicKey;
import dev.mayfly.credential.ssh.SshWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes OpenSSH's key revocation list, format 1 (PROTOCOL.krl): for each CA key the serial numbers
 * that are revoked, and the keys that are no longer to be believed at all. Where a revoked key is a
 * CA's, everything it signed is revoked with it.
 *
 * <p>It is never signed: OpenSSH 9.4 and later refuse a list with a signature section. Whoever
 * reads it has it from the broker over TLS.
 */
public final class Krl {

  private static final byte[] MAGIC = "SSHKRL\n\0".getBytes(StandardCharsets.US_ASCII);
  private static final int FORMAT = 1;

  private static final int CERTIFICATES = 1;
  private static final int EXPLICIT_KEY = 2;
  private static final int FINGERPRINT_SHA256 = 5;

  private static final int SHA256_OCTETS = 32;

  private final long version;
  private final Instant generatedAt;
  private final Map<SshPublicKey, long[]> serials = new LinkedHashMap<>();
  private final List<SshPublicKey> keys = new ArrayList<>();
  private final List<byte[]> fingerprints = new ArrayList<>();

  /**
   * An empty list, which revokes nothing.
   *
   * @param version larger than that of every list before (rule 7)
   */
  public Krl(long version, Instant generatedAt) {
    if (version <= 0 || generatedAt.getEpochSecond() < 0) {
      throw new IllegalArgumentException("a KRL has a version from 1 and a date from 1970");
    }
    this.version = version;
    this.generatedAt = generatedAt;
  }

  /**
   * Revokes certificates of a CA key, by serial numbers as unsigned longs in any order, each once
   * or more; once for each CA.
   */
  public Krl certificates(SshPublicKey ca, long... revoked) {
    if (serials.putIfAbsent(ca, revoked.clone()) != null) {
      throw new IllegalArgumentException("the KRL has its section for this CA");
    }
    return this;
  }

  /** Revokes a key: a CA with all it signed, or anybody's with every certificate for it. */
  public Krl key(SshPublicKey revoked) {
    keys.add(revoked);
    return this;
  }

  /** As {@link #key}, where only the SHA-256 of its blob is known; OpenSSH reads it from 7.9 on. */
  public Krl fingerprint(byte[] sha256) {
    if (sha256.length != SHA256_OCTETS) {
      throw new IllegalArgumentException("a SHA-256 has 32 octets");
    }
    fingerprints.add(sha256.clone());
    return this;
  }

  /** The document; the same content gives the same octets on every node. */
  public byte[] bytes() {
    SshWriter writer =
        new SshWriter()
            .raw(MAGIC)
            .uint32(FORMAT)
            .uint64(version)
            .uint64(generatedAt.getEpochSecond())
            .uint64(0)
            .string("")
            .string("");
    serials.forEach((ca, revoked) -> certificates(writer, ca, Serials.sorted(revoked)));
    keySections(writer);
    return writer.bytes();
  }

  private static void certificates(SshWriter writer, SshPublicKey ca, Serials revoked) {
    if (!revoked.isEmpty()) {
      SshWriter section = new SshWriter().string(ca.blob()).string("");
      revoked.writeTo(section);
      writer.byteOf(CERTIFICATES).string(section.bytes());
    }
  }

  private void keySections(SshWriter writer) {
    if (!keys.isEmpty()) {
      SshWriter section = new SshWriter();
      keys.forEach(key -> section.string(key.blob()));
      writer.byteOf(EXPLICIT_KEY).string(section.bytes());
    }
    if (!fingerprints.isEmpty()) {
      SshWriter section = new SshWriter();
      fingerprints.forEach(section::string);
      writer.byteOf(FINGERPRINT_SHA256).string(section.bytes());
    }
  }
}
