package dev.mayfly.revocation.krl;

import dev.mayfly.credential.ssh.SshWriter;
import java.math.BigInteger;
import java.util.stream.LongStream;

/**
 * The revoked serial numbers of one CA key, written in the fewest octets. Ours are random, so that
 * the list is the usual form; a range or a bitmap serves a CA that counts, and costs nothing to
 * try: neighbours closer than a list entry's bits are taken together, and each such group is
 * written in the smallest of the three forms.
 */
final class Serials {

  private static final int LIST = 0x20;
  private static final int RANGE = 0x21;
  private static final int BITMAP = 0x22;

  /** A bitmap spans a gap in fewer octets than the 8 of a list entry when it is shorter. */
  private static final long WIDEST_GAP = 64;

  /** OpenSSH's buffers take no number above 16384 bits. */
  private static final long WIDEST_BITMAP = 16384;

  /** A subsection's type and length. */
  private static final int AROUND = 5;

  private static final int RANGE_OCTETS = AROUND + 2 * Long.BYTES;
  private static final int BITMAP_OCTETS = AROUND + Long.BYTES + Integer.BYTES + 1;

  /** Ascending as unsigned numbers, each once, none zero. */
  private final long[] sorted;

  private Serials(long[] sorted) {
    this.sorted = sorted;
  }

  static Serials sorted(long... serials) {
    long[] sorted =
        LongStream.of(serials)
            .map(Serials::flipped)
            .sorted()
            .distinct()
            .map(Serials::flipped)
            .toArray();
    if (sorted.length > 0 && sorted[0] == 0) {
      throw new IllegalArgumentException("no KRL reaches a certificate without a serial number");
    }
    return new Serials(sorted);
  }

  boolean isEmpty() {
    return sorted.length == 0;
  }

  /** Ranges and bitmaps first, then one list of all that stand alone. */
  void writeTo(SshWriter section) {
    SshWriter list = new SshWriter();
    int from = 0;
    while (from < sorted.length) {
      int to = groupFrom(from);
      group(section, list, from, to);
      from = to;
    }
    byte[] entries = list.bytes();
    if (entries.length > 0) {
      section.byteOf(LIST).string(entries);
    }
  }

  /** The end of the group: neighbours that one bitmap holds without waste. */
  private int groupFrom(int from) {
    int to = from + 1;
    while (to < sorted.length
        && below(sorted[to] - sorted[to - 1], WIDEST_GAP)
        && below(sorted[to] - sorted[from], WIDEST_BITMAP)) {
      to++;
    }
    return to;
  }

  private void group(SshWriter section, SshWriter list, int from, int to) {
    long span = sorted[to - 1] - sorted[from] + 1;
    int asList = (to - from) * Long.BYTES;
    long asBitmap = BITMAP_OCTETS + (span + Byte.SIZE - 1) / Byte.SIZE;
    if (span == to - from && RANGE_OCTETS < asList) {
      range(section, from, to);
    } else if (asBitmap < asList) {
      bitmap(section, from, to);
    } else {
      for (int i = from; i < to; i++) {
        list.uint64(sorted[i]);
      }
    }
  }

  private void range(SshWriter section, int from, int to) {
    section
        .byteOf(RANGE)
        .string(new SshWriter().uint64(sorted[from]).uint64(sorted[to - 1]).bytes());
  }

  /** Bit n of the number stands for the first serial plus n. */
  private void bitmap(SshWriter section, int from, int to) {
    int octets = (int) (sorted[to - 1] - sorted[from]) / Byte.SIZE + 1;
    byte[] bits = new byte[octets];
    for (int i = from; i < to; i++) {
      int bit = (int) (sorted[i] - sorted[from]);
      bits[octets - 1 - bit / Byte.SIZE] |= (byte) (1 << bit % Byte.SIZE);
    }
    section
        .byteOf(BITMAP)
        .string(new SshWriter().uint64(sorted[from]).mpint(new BigInteger(1, bits)).bytes());
  }

  private static boolean below(long distance, long limit) {
    return Long.compareUnsigned(distance, limit) < 0;
  }

  /** Signed order of the flipped is unsigned order. */
  private static long flipped(long serial) {
    return serial ^ Long.MIN_VALUE;
  }
}
